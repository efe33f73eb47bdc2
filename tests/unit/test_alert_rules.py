"""Alert rules, dashboards and runbooks speak of the figures that there are."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from engine.gateway.metrics import Metrics as GatewayMetrics
from services.monitoring import Metrics

ROOT = Path(__file__).parents[2]
RULES = ROOT / "compose" / "prometheus" / "alerts.yml"
DASHBOARDS = sorted((ROOT / "compose" / "grafana" / "dashboards").glob("*.json"))
RUNBOOKS = ROOT / "docs" / "runbooks"
NAME = re.compile(r"\b(?:penstock|process|python)_[a-z0-9_]+")
# Read when asked for, by bootstrap.monitoring, engine.gateway.server and services.monitoring.server.
READ = {
    "penstock_ready",
    "penstock_waiting",
    "penstock_backup_newest_timestamp_seconds",
    "penstock_backup_rehearsal_failed",
    "penstock_backup_rehearsal_success_timestamp_seconds",
    "penstock_gateway_waiting_clients",
    "penstock_engine_last_position",
    "penstock_engine_dropped_through",
}
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is missing (Debian: prometheus)")


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def names_there_are() -> set[str]:
    declared = set(READ)
    for text in (Metrics().text().decode(), GatewayMetrics().text()):
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
            declared |= {f"{name}_{end}" for end in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return declared


def expressions(dashboard: Path) -> list[str]:
    return [target["expr"] for panel in json.loads(dashboard.read_text())["panels"] for target in panel.get("targets", [])]


@needs_promtool
def test_the_rules_are_well_formed() -> None:
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_each_alert_fires_when_it_should_and_only_then() -> None:
    tests = RULES.with_name("alerts_test.yml")

    done = subprocess.run(
        ["promtool", "test", "rules", tests.name], cwd=tests.parent, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_the_figures_are_named_as_prometheus_wants_them() -> None:
    done = subprocess.run(["promtool", "check", "metrics"], input=Metrics().text(), capture_output=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried() -> None:
    tried = {
        test["alertname"]
        for each in yaml.safe_load(RULES.with_name("alerts_test.yml").read_text())["tests"]
        for test in each["alert_rule_test"]
        if test.get("exp_alerts")
    }

    alerts = {rule["alert"] for rule in rules() if "alert" in rule}

    assert tried == alerts


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    alerts = {rule["alert"] for rule in rules() if "alert" in rule}

    runbooks = {path.stem for path in RUNBOOKS.glob("Penstock*.md")}

    assert runbooks == alerts


def test_a_rule_asks_only_for_figures_that_there_are() -> None:
    asked = {name for rule in rules() for name in NAME.findall(rule["expr"].replace("penstock:", ""))}

    unknown = asked - names_there_are()

    assert not unknown
    assert asked


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_only_for_figures_that_there_are(dashboard) -> None:
    asked = {name for expression in expressions(dashboard) for name in NAME.findall(expression.replace("penstock:", ""))}

    unknown = asked - names_there_are()

    assert not unknown
    assert asked


def test_a_runbook_s_links_lead_somewhere() -> None:
    for runbook in RUNBOOKS.glob("*.md"):
        links = re.findall(r"\]\(([^)#]+)\)", runbook.read_text())

        missing = [link for link in links if not (runbook.parent / link).exists()]

        assert not missing, runbook.name
