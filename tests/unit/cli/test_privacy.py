"""`penstock privacy`: who asks an installation is known to any of its tenants."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli.privacy import app
from services.crm import NewTicket, SqlTicketDesk
from services.identity import AccountDraft, Role
from services.identity.local import LocalIdentities
from tests.web_app import PASSWORD, QUICK, open_database

ANNA = "anna@example.org"


def test_a_customer_is_taken_out_and_erased_in_every_tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(tmp_path))
    engine = open_database(tmp_path / "penstock.db")
    draft = AccountDraft("ann", "", frozenset({Role.STAFF}), tenant_id="acme")
    LocalIdentities(engine, passwords=QUICK).create_account(draft, PASSWORD)
    for tenant_id in ("<default>", "acme"):
        SqlTicketDesk(engine, tenant_id=tenant_id).intake([NewTicket("shop", "1", "It is broken", "Broken", "Anna", ANNA)])
    with engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET status = 'closed'"))
    engine.dispose()

    before = CliRunner().invoke(app, ["export", ANNA])
    erased = CliRunner().invoke(app, ["erase", ANNA, "--yes"])
    after = CliRunner().invoke(app, ["export", ANNA])

    assert {each["tenant_id"] for each in json.loads(before.stdout)["tickets"]} == {"<default>", "acme"}
    assert "     2 tickets erased" in erased.stdout
    assert json.loads(after.stdout)["tickets"] == []
