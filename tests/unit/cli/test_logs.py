import io
import json
import logging
from contextlib import redirect_stderr, redirect_stdout

import pytest
import structlog

from cli.logs import configure_logs
from settings import Settings

PERSONAL = "anna.petrova@example.org"


@pytest.fixture(autouse=True)
def logs_as_they_were():
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def said(log_format: str, say) -> str:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        configure_logs(Settings(log_format=log_format))
        say(structlog.get_logger("penstock.test"))
        for handler in logging.root.handlers:
            handler.flush()
    return out.getvalue()


def failing() -> None:
    raise ValueError(f"no customer {PERSONAL}")


def all_ways(log: structlog.stdlib.BoundLogger) -> None:
    log.warning("refused", reason=f"no such customer: {PERSONAL}", nested={"to": [PERSONAL]}, error=ValueError(PERSONAL))
    logging.getLogger("a.library").warning("mail to %s bounced, call +44 20 7946 0958", PERSONAL)
    try:
        failing()
    except ValueError:
        log.exception("failed")
        logging.getLogger("a.library").exception("failed")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_way_of_logging_lets_personal_data_through(log_format: str) -> None:
    text = said(log_format, all_ways)

    assert "[EMAIL_1]" in text
    assert "Traceback" in text
    assert "petrova" not in text
    assert "7946" not in text


def test_keys_ports_and_times_stay_readable() -> None:
    def say(log: structlog.stdlib.BoundLogger) -> None:
        log.warning(
            "job_failed",
            job_key=2251799813685251,
            correlation_id="4111111111111111",
            address="127.0.0.1:26500",
            seconds=1.5,
        )

    line = json.loads(said("json", say))

    assert line["job_key"] == 2251799813685251
    assert line["correlation_id"] == "4111111111111111"
    assert line["address"] == "127.0.0.1:26500"
    assert line["timestamp"].startswith("20")
