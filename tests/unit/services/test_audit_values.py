import json

import pytest

from services.audit import AuditEntry, Deed, hashed, told
from services.audit.cells import cells
from services.personal_data import mask


def masked(text: str) -> str:
    return mask(text).text


def test_secrets_and_personal_data_are_not_kept() -> None:
    asked = {
        "password": "correct horse",
        "api_token": "abc",
        "secret_key": "x",
        "email": "anna@example.org",
        "customer": "Anna Petrova",
        "amount": 12,
        "urgent": True,
    }

    kept = told(asked, masked)

    assert kept == {
        "password": "•••",
        "api_token": "•••",
        "secret_key": "•••",
        "email": "[EMAIL_1]",
        "customer": "(12 characters)",
        "amount": 12,
        "urgent": True,
    }


@pytest.mark.parametrize("value", [float("nan"), "\ud800", "a\0b", 2**80, {"a": {"b": {"c": {"d": {"e": 1}}}}}, "x" * 10_000])
def test_whatever_was_sent_can_be_kept_and_summed(value) -> None:
    kept = told({"value": value}, masked)

    entry = hashed(AuditEntry(1, 0, Deed("anna", "POST /", after=kept), "0" * 64))

    assert entry.fits
    assert len(json.dumps(kept)) < 2_000
    json.dumps(kept, ensure_ascii=False).encode()


def test_a_spreadsheet_finds_no_formula() -> None:
    entry = AuditEntry(1, 0, Deed("=cmd|' /C calc'!A0", "POST /"), "0" * 64, "1" * 64)

    row = cells(entry)

    assert row[2] == "'=cmd|' /C calc'!A0"
    assert row[1] == "1970-01-01T00:00:00.000+00:00"
