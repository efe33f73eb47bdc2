"""What `penstock doctor` finds: each part asked by itself, so that one which does not answer hides no other."""

from collections.abc import Sequence
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

import migrations
from bootstrap.connections import open_database, zeebe_client
from bootstrap.doctor_findings import Finding, Verdict
from bootstrap.model_examination import engine_of, examine_models
from history.database import NO_SUCH_FILE
from history.projector import Projector
from settings import Settings
from settings.unknown import unknown
from zeebe.answers import Topology
from zeebe.errors import ZeebeError
from zeebe.exporter_progress import ExporterUnknown, exporter_progress
from zeebe.exporter_sink import SqlRecordLog
from zeebe.record_source import EmbeddedRecordSource

LAGGING_RECORDS = 10_000
PATIENCE_SECONDS = 3.0


async def examine(settings: Settings, models: Sequence[Path]) -> list[Finding]:
    """Every part in turn."""
    with open_database(settings) as engine:
        topology, found = await _engine(settings)
        database = _database(engine)
        findings = [found, database]
        if database.verdict is Verdict.OK:
            findings += await _records(settings, engine)
        findings += [Finding("settings", Verdict.WARNING, said) for said in unknown(Settings.model_fields)]
        findings += [_broker(settings), *examine_models(models, engine_of(settings, topology))]
    return findings


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
    todo = "`penstock up` or `penstock database upgrade`"
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        current = migrations.current_revision(engine)
    except SQLAlchemyError as error:
        if (said := _said(error)) == NO_SUCH_FILE:
            return Finding("database", Verdict.BAD, f"{name} is not there yet: {todo}")
        return Finding("database", Verdict.BAD, f"{name} does not answer: {said}")
    facts = {"dialect": engine.dialect.name, "revision": current, "newest": newest}
    if current is None:
        return Finding("database", Verdict.BAD, f"{name} has no tables yet: {todo}", facts)
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
            source = EmbeddedRecordSource(settings.gateway_management_url, answer_seconds=PATIENCE_SECONDS * 3)
            last = await source.last_positions()
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
    url = settings.gateway_management_url
    try:
        partitions = await exporter_progress(url, patience_seconds=PATIENCE_SECONDS * 3)
    except ExporterUnknown as unknown:
        said = f"{url} does not tell how far the exporter is ({unknown}); set PENSTOCK_ZEEBE_MANAGEMENT_URL"
        return Finding("exporter", Verdict.WARNING, said, {"received": received})
    lags = {each.partition_id: each.lag(received.get(each.partition_id, -1)) for each in partitions}
    facts = {"lag": {str(each): lag for each, lag in lags.items()}, "received": {str(k): v for k, v in received.items()}}
    if any(lags.values()) and not received:
        return Finding(
            "exporter", Verdict.BAD, "no record ever came: does the exporter's url name this sink? see `penstock sink`", facts
        )
    halted = {each.partition_id: each.phase.lower() for each in partitions if not each.is_exporting}
    worst = max(lags.values(), default=0)
    said = ", ".join(
        f"partition {each}: {lag} positions to go" + (f" ({halted[each]})" if each in halted else "")
        for each, lag in sorted(lags.items())
    )
    verdict = Verdict.WARNING if halted or worst > LAGGING_RECORDS else Verdict.OK
    return Finding("exporter", verdict, said or "no leader here", facts)


def _lag(last: dict[int, int], projected: dict[int, int]) -> Finding:
    behind = {each: position - projected.get(each, -1) for each, position in last.items()}
    worst = max(behind.values(), default=0)
    said = (
        ", ".join(f"partition {each}: {max(0, count)} positions to go" for each, count in sorted(behind.items()))
        or "no record yet"
    )
    if (beyond := -min(behind.values(), default=0)) > 0:
        text = (
            f"they are {beyond} positions beyond the end of the record log: both have to be of one moment, "
            "see PenstockProjectionStands"
        )
        return Finding("read models", Verdict.BAD, text, {"beyond": beyond})
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
