"""Fields that changes name are called by their names in both languages; what has none is called by its code."""

from pathlib import Path

import pytest

from api.i18n import load_languages
from api.pages.change_fields import field_names
from services.changes import ChangeItem
from services.crm.amending import FIELDS as OF_TICKETS
from services.crm.connectors.built_in import FIELDS as OF_CRM
from services.directories import FIELDS as OF_DIRECTORIES

LANGUAGES = load_languages(Path(__file__).parents[3] / "translations", "en").by_code


def item(system: str, record: str, field: str) -> ChangeItem:
    return ChangeItem("1", "set", 0, system, record, field, before=None, after="x")


@pytest.mark.parametrize(
    ("system", "record", "field", "name"),
    [
        ("crm", "customer:7", "email", "Почта"),
        ("our-bitrix", "deal:7", "amount", "Сумма"),
        ("tickets", "T-7", "customer_email", "Почта клиента"),
        ("directories", "f0", "entry", "Новая запись"),
        ("instances", "7", "process_definition_key old=new", "Версия процесса"),
        ("variables", "7", "email", ""),
        ("billing", "42", "email", ""),
        ("tickets", "T-7", "unheard_of", ""),
    ],
)
def test_a_field_is_called_by_its_name(system: str, record: str, field: str, name: str) -> None:
    shown = field_names(LANGUAGES["ru"])(item(system, record, field))

    assert shown == name


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_field_that_can_be_changed_has_a_name(language: str) -> None:
    name = field_names(LANGUAGES[language])
    fields = [("tickets", "T-1", field) for field in OF_TICKETS]
    fields += [("directories", "f0", field) for field in OF_DIRECTORIES]
    fields += [("crm", f"{kind.value}:1", field) for kind, of_kind in OF_CRM.items() for field in of_kind]

    nameless = [each for each in fields if not name(item(*each))]

    assert nameless == []
