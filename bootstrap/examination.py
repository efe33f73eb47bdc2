"""What `penstock doctor` finds: each part asked by itself, so that one which does not answer hides no other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

import migrations
from bootstrap.connections import open_database, zeebe_client
from history.projector import Projector
from settings import Settings
from settings.unknown import unknown
from zeebe.answers import Topology
from zeebe.engine_versions import NEVER, NOT_EMBEDDED, Feature, Version, lacking, version_of
from zeebe.errors import ZeebeError
from zeebe.exporter_sink import SqlRecordLog
from zeebe.model_xml import UnreadableModel
from zeebe.record_source import EmbeddedRecordSource

# The embedded gateway speaks this version's protocol.
EMBEDDED: Version = (8, 5)
LAGGING_RECORDS = 10_000
PATIENCE_SECONDS = 3.0


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `facts` are for machines."""

    part: str
    verdict: Verdict
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


async def examine(settings: Settings, models: Sequence[Path]) -> list[Finding]:
    """Every part in turn."""
    with open_database(settings) as engine:
        topology, found = await _engine(settings)
        database = _database(engine)
        findings = [found, database]
        if database.verdict is Verdict.OK:
            findings += await _records(settings, engine)
        findings += [Finding("settings", Verdict.WARNING, said) for said in unknown(Settings.model_fields)]
        findings += [_broker(settings), *_models(models, _engine_of(settings, topology))]
    return findings


@dataclass(frozen=True, slots=True)
class _Engine:
    """What processes are held against."""

    version: Version
    name: str
    lacks: frozenset[Feature] = frozenset()


def _engine_of(settings: Settings, topology: Topology | None) -> _Engine:
    if settings.is_embedded:
        return _Engine(EMBEDDED, f"the embedded gateway, which is as {_dotted(EMBEDDED)}", NOT_EMBEDDED)
    if topology is None:
        return _Engine(EMBEDDED, f"{_dotted(EMBEDDED)}, taken for the cluster's version while that does not answer")
    version = version_of(topology.gateway_version)
    return _Engine(version, _dotted(version))


async def _engine(settings: Settings) -> tuple[Topology | None, Finding]:
    kind = "embedded gateway" if settings.is_embedded else "Zeebe cluster"
    try:
        async with zeebe_client(settings, patience_seconds=PATIENCE_SECONDS) as client:
            topology = await client.topology()
    except ZeebeError as error:
        hint = "start it with `penstock up`" if settings.is_embedded else "check PENSTOCK_ZEEBE_ADDRESS, or `penstock zeebe up`"
        return None, Finding("engine", Verdict.BAD, f"{kind} at {settings.gateway_address}: {error.reason}; {hint}")
    leaders = {part.partition_id for broker in topology.brokers for part in broker.partitions if part.is_leader}
    unwell = [part.partition_id for broker in topology.brokers for part in broker.partitions if not part.is_healthy]
    without = sorted(set(range(1, topology.partitions_count + 1)) - leaders)
    said = (
        f"{kind} at {settings.gateway_address}, version {topology.gateway_version}, {len(topology.brokers)} broker(s), "
        f"{topology.partitions_count} partition(s)"
    )
    if without:
        said += f"; without a leader: {', '.join(map(str, without))}"
    if unwell:
        said += f"; not healthy: {', '.join(map(str, unwell))}"
    facts = {
        "kind": "embedded" if settings.is_embedded else "zeebe",
        "version": topology.gateway_version,
        "partitions": topology.partitions_count,
        "leaders": {
            str(part.partition_id): f"{broker.host}:{broker.port}"
            for broker in topology.brokers
            for part in broker.partitions
            if part.is_leader
        },
    }
    return topology, Finding("engine", Verdict.BAD if without or unwell else Verdict.OK, said, facts)


def _database(engine: Engine) -> Finding:
    newest = migrations.newest_revision()
    name = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        current = migrations.current_revision(engine)
    except SQLAlchemyError as error:
        return Finding("database", Verdict.BAD, f"{name} does not answer: {_said(error)}")
    facts = {"dialect": engine.dialect.name, "revision": current, "newest": newest}
    if current is None:
        return Finding(
            "database", Verdict.BAD, f"{name} has no tables yet: `penstock up` or `penstock database upgrade`", facts
        )
    if current != newest and not migrations.can_work_with(engine, current):
        todo = (
            "penstock database upgrade"
            if migrations.is_known(current)
            else "a newer version wrote it; start that one, or restore a backup made with this one"
        )
        return Finding("database", Verdict.BAD, f"{name} is at revision {current}, not {newest}: {todo}", facts)
    return Finding("database", Verdict.OK, f"{name}, revision {current}", facts)


def _said(error: SQLAlchemyError) -> str:
    """What the database said, on one line; SQLAlchemy adds statements, values and an address of its own."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(said).split()) or type(error).__name__


async def _records(settings: Settings, engine: Engine) -> list[Finding]:
    projected = Projector(engine).positions()
    if settings.is_embedded:
        try:
            last = await EmbeddedRecordSource(settings.gateway_management_url).last_positions()
        except ZeebeError as error:
            return [Finding("read models", Verdict.BAD, f"the record log cannot be read: {error.reason}")]
        return [_lag(last, projected)]
    log = SqlRecordLog(engine)
    received = {each.partition_id: each.position for each in log.partitions()}
    gaps = log.gaps()
    findings = [await _exporter(settings, received)]
    if gaps:
        missing = sum(gap.missing for gap in gaps)
        first = gaps[0]
        findings.append(
            Finding(
                "records",
                Verdict.BAD,
                f"{missing} records never came, the first before position {first.position} of partition {first.partition_id} "
                f"({first.value_type}): what they told is missing from the read models",
                {"missing": missing, "gaps": len(gaps)},
            )
        )
    return [*findings, _lag(received, projected)]


async def _exporter(settings: Settings, received: dict[int, int]) -> Finding:
    """How far each partition's leader has exported: Zeebe's own figures, where its management port can be reached."""
    address = f"{settings.gateway_management_url}/actuator/partitions"
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS * 3, trust_env=False) as http:
            partitions = (await http.get(address)).raise_for_status().json()
        lags = {
            int(each): max(
                0, int(state["processedPosition"]) - max(int(state["exportedPosition"]), received.get(int(each), -1))
            )
            for each, state in partitions.items()
            if state.get("role") == "LEADER"
        }
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = f"{address} does not tell how far the exporter is ({type(error).__name__}); set PENSTOCK_ZEEBE_MANAGEMENT_URL"
        return Finding("exporter", Verdict.WARNING, said, {"received": received})
    facts = {"lag": {str(each): lag for each, lag in lags.items()}, "received": {str(k): v for k, v in received.items()}}
    if lags and not received:
        return Finding(
            "exporter", Verdict.BAD, "no record ever came: does the exporter's url name this sink? see `penstock sink`", facts
        )
    worst = max(lags.values(), default=0)
    said = ", ".join(f"partition {each}: {lag} positions to go" for each, lag in sorted(lags.items())) or "no leader here"
    return Finding("exporter", Verdict.WARNING if worst > LAGGING_RECORDS else Verdict.OK, said, facts)


def _lag(last: dict[int, int], projected: dict[int, int]) -> Finding:
    behind = {each: position - projected.get(each, -1) for each, position in last.items()}
    worst = max(behind.values(), default=0)
    said = (
        ", ".join(f"partition {each}: {max(0, count)} positions to go" for each, count in sorted(behind.items()))
        or "no record yet"
    )
    facts = {"behind": {str(each): max(0, count) for each, count in behind.items()}}
    return Finding("read models", Verdict.WARNING if worst > LAGGING_RECORDS else Verdict.OK, said, facts)


def _broker(settings: Settings) -> Finding:
    """Where background tasks wait."""
    if settings.redis_url is None:
        folder = settings.data_dir / "background"
        return Finding("tasks", Verdict.OK, f"embedded broker, folder {folder}", {"kind": "folder"})
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=PATIENCE_SECONDS) as redis:
            redis.ping()
    except (RedisError, OSError, ValueError) as error:
        return Finding(
            "tasks", Verdict.BAD, f"Redis does not answer: {str(error).rstrip('.')}; see PENSTOCK_REDIS_URL", {"kind": "redis"}
        )
    return Finding("tasks", Verdict.OK, "Redis answers", {"kind": "redis"})


def _models(files: Sequence[Path], engine: _Engine) -> list[Finding]:
    findings = []
    for path in files:
        try:
            missing = lacking(path.read_bytes(), engine.version, besides=engine.lacks)
        except (OSError, UnreadableModel) as error:
            findings.append(Finding(f"process {path.name}", Verdict.BAD, f"cannot be read: {error}"))
            continue
        findings += [
            Finding(
                f"process {path.name}",
                Verdict.BAD,
                f"{one.element_id}: {one.feature.name} {_wanted(one.feature, engine)}, the engine is {engine.name}",
                {"element_id": one.element_id, "feature": one.feature.name, "since": _dotted(one.feature.since)},
            )
            for one in missing
        ]
    if not findings:
        said = f"{len(files)} BPMN file(s) use nothing that {_dotted(engine.version)} lacks"
        findings.append(Finding("processes", Verdict.OK, said))
    return findings


def _wanted(feature: Feature, engine: _Engine) -> str:
    if feature.since == NEVER:
        return "is executed by no Zeebe"
    return "needs a real Zeebe" if feature in engine.lacks else f"needs Zeebe {_dotted(feature.since)}"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
