"""Tenants that come later get the shipped models, and lose nothing that they send before."""

import asyncio
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from bootstrap.tenant_models import OnceDeployed, background_tasks
from bootstrap.tenants import account_tenants, heard_tenants, served_tenants
from engine.gateway.clock import SystemClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from history.tables import process_definition
from services.identity import AccountDraft, Role
from services.identity.local import LocalIdentities
from settings import Settings
from tests.bpmn_builder import process
from tests.web_app import PASSWORD, QUICK
from zeebe.errors import EngineBusy

HERE, ACME = "<default>", "acme"
KEYS = count(1)


def settings(tmp_path: Path, **given: Any) -> Settings:
    return Settings(data_dir=tmp_path, home=tmp_path, sql_url=f"sqlite:///{tmp_path / 'penstock.db'}", **given)


def add_account(engine: Engine, tenant_id: str) -> None:
    draft = AccountDraft(f"ann.{tenant_id.strip('<>')}", "", frozenset({Role.MANAGER}), tenant_id=tenant_id)
    LocalIdentities(engine, passwords=QUICK).create_account(draft, PASSWORD)


def ship(tmp_path: Path, *process_ids: str) -> None:
    """Models that every tenant is to have."""
    for folder in ("processes", "decisions"):
        (tmp_path / folder).mkdir(exist_ok=True)
    for process_id in process_ids:
        (tmp_path / "processes" / f"{process_id}.bpmn").write_bytes(process(process_id).start().end().xml())


def add_process(engine: Engine, tenant_id: str, process_id: str = "p") -> None:
    file = f"{process_id}.bpmn"
    row = {
        "key": next(KEYS),
        "tenant_id": tenant_id,
        "bpmn_process_id": process_id,
        "version": 1,
        "deployed_at": 0,
        "resource_name": file,
    }
    values = {column.name: row.get(column.name, "") for column in process_definition.columns if not column.nullable}
    with engine.begin() as connection:
        connection.execute(insert(process_definition).values(values))


class Told:
    """Remembers what was published."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        self.names.append(name)

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        self.names.append(name)


def test_who_is_served_follows_the_settings_or_the_accounts(engine: Engine, tmp_path: Path) -> None:
    add_account(engine, ACME)

    assert served_tenants(settings(tmp_path), engine) == [HERE, ACME]
    assert served_tenants(settings(tmp_path, zeebe_tenants=["globex"]), engine) == [HERE, "globex"]
    assert served_tenants(settings(tmp_path, zeebe_address="cluster:26500"), engine) == [HERE]


def test_a_tenant_is_heard_as_soon_as_it_has_the_shipped_processes(engine: Engine, tmp_path: Path) -> None:
    ship(tmp_path, "p", "quarter")
    add_account(engine, ACME)
    heard = []
    for process_id in ("its_own", "p", "quarter"):
        add_process(engine, ACME, process_id)
        heard.append(heard_tenants(settings(tmp_path), engine))

    assert heard == [[HERE], [HERE], [HERE, ACME]]


async def test_a_message_is_refused_until_somebody_can_hear_it(engine: Engine, tmp_path: Path) -> None:
    ship(tmp_path, "p")
    told = Told()
    publisher = OnceDeployed(told, settings(tmp_path), engine, ACME)
    with pytest.raises(EngineBusy, match="acme"):
        await publisher.publish_once("ticket", "", "one", {})

    add_process(engine, ACME)
    await publisher.publish_once("ticket", "", "one", {})

    assert told.names == ["ticket"]


def test_a_gateway_without_a_house_knows_of_no_accounts_and_makes_no_database(tmp_path: Path) -> None:
    assert account_tenants(settings(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


async def test_a_newcomer_gets_the_shipped_models_once(engine: Engine, tmp_path: Path) -> None:
    ship(tmp_path, "p")
    add_account(engine, ACME)
    partition = DurablePartition(MemoryStore(), SystemClock())
    config = GatewayConfig(
        data_dir=tmp_path,
        grpc_port=0,
        rest_port=0,
        management_port=0,
        other_tenants=lambda: account_tenants(settings(tmp_path)),
    )
    await partition.start()
    try:
        async with serving(partition, config) as listening:
            (task,) = background_tasks(settings(tmp_path, grpc_port=listening.grpc_port))
            welcomed = await asyncio.to_thread(task.run)
            # The read models have not heard of it yet: the same file is no new version.
            again = await asyncio.to_thread(task.run)
            add_process(engine, ACME)
            nobody = await asyncio.to_thread(task.run)
            lines = b"".join([chunk async for chunk in partition.records(-1)])
    finally:
        await partition.stop()

    assert (welcomed, again, nobody) == (1, 1, 0)
    assert lines.count(b'"valueType":"PROCESS",') == 1
    assert b'"tenantId":"acme"' in lines
