"""What is refused is said in the reader's language: every refusal that a page can show has a Russian text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.errors import STATUS
from api.i18n import load_languages, read_catalog
from api.model_references import REFERENCES
from api.refusal_texts import DEEPEST, LONGEST, RefusalTexts

HOME = Path(__file__).parents[3]
RUSSIAN = load_languages(HOME / "translations", "en").by_code["ru"]
CATALOG = read_catalog(sorted((HOME / "translations" / "ru" / "refusals").glob("*.po")), "ru")
# Refusals that are no row of the table of answers, but reach a page: by their room's own handling, or as a remembered problem.
SHOWN_OTHERWISE = frozenset(
    {
        *("Problem", "BodyRefused", "NotAnObject", "FileRefused", "InvalidEntry", "EntryChanged", "InvalidAmendment"),
        *("AmendmentConflict", "OwnRecordChanged", "CrmRefused", "CrmRecordUnknown", "InvalidCalendar", "InvalidHolidays"),
        *("InvalidDuration", "HeldMailUnknown", "ScheduleNotFound", "TooManySchedules", "InvalidPeriod", "TooManyRows"),
        *("DeadTaskUnknown", "ClassifierRefused", "VersionNotFound", "PrecisionUnknown", "NotEnoughExamples"),
        *("SignInRefused", "AccountRefused", "TooManyAttempts", "WeakPassword", "LastAdministrator", "UsernameTaken"),
        *("InvalidProfile", "InvalidChoice", "WrongCode", "LinkRefused", "TooManyLinks", "MergeRefused", "MergeNotFound"),
        *(
            "AlreadyClosing",
            "InputsChanged",
            "NothingToModify",
            "NotThere",
            "RateMissing",
            "CannotRead",
            "ReadingFailed",
            "NotApproved",
            "VerdictRefused",
        ),
    }
)
# What background work failed with stands on pages until somebody has read it: dead letters, connections, deliveries, mails.
REMEMBERED = frozenset(
    {
        *("InvalidModel", "SentencesUnavailable", "BackupFailed", "EmbeddingUnavailable", "FileUnknown", "SealBroken"),
        *("CrmBusy", "CrmUnanswered", "AnswerUnclear", "NotConnected", "Busy", "LeaseLost", "DeliveryFailed", "InvalidMail"),
        *("TryLater", "ChannelDown", "Undeliverable", "AddressGone", "DestinationRefused", "UnreadableFile"),
    }
)
REFUSALS = SHOWN_OTHERWISE | REMEMBERED | {kind.__name__ for kind in STATUS}
# Read by programs, or in the words of another system that the reader looks up there.
NOT_SHOWN = ("api/rest", "services/changes/http_target.py", "services/llm")


def template(node: ast.expr) -> str:
    """A text with numbered places where it differs; empty where it is not written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
    places = iter(range(len(parts)))
    return "".join(f"{{{next(places)}}}" if part is None else str(part) for part in parts)


def raised(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names of errors and what they are given."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments):
                yield from ((name, argument) for argument in arguments)
            case ast.ClassDef(name=name):
                yield from ((name, argument) for argument in _own_text(node))


def _own_text(error: ast.ClassDef) -> Iterator[ast.expr]:
    for node in ast.walk(error):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
            yield from node.args[:1]


def texts() -> dict[str, str]:
    """Every text that a refusal is given, and the file it stands in."""
    found = {}
    for room in ("services", "api", "history", "bootstrap"):
        for path in sorted((HOME / room).rglob("*.py")):
            place = str(path.relative_to(HOME))
            if place.startswith(NOT_SHOWN):
                continue
            for name, argument in raised(ast.parse(path.read_text(encoding="utf-8"))):
                text = template(argument)
                # A single word is no sentence: what it becomes a part of is found where it is joined.
                if name in REFUSALS and " " in text and any(map(str.isalpha, text)) and name != "NotInHistory":
                    found[text] = place
    return found


def test_every_refusal_that_a_page_may_show_has_a_russian_text() -> None:
    found = texts()

    english = {text: place for text, place in found.items() if not getattr(CATALOG.get(text), "string", "")}

    assert len(found) > 200
    assert english == {}


def test_every_advice_about_a_model_has_a_russian_text() -> None:
    tree = ast.parse((HOME / "engine" / "bpmn" / "advice.py").read_text(encoding="utf-8"))
    advice = [text for node in ast.walk(tree) if isinstance(node, ast.Yield) and node.value and (text := template(node.value))]

    english = [text for text in advice if not getattr(CATALOG.get(text), "string", "")]

    assert len(advice) >= 9
    assert english == []


def test_everything_that_feel_refuses_to_read_has_a_russian_text() -> None:
    calls = [
        node
        for path in sorted((HOME / "engine" / "feel").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fail"
    ]

    refused = {text for call in calls if (text := template(call.args[0]))}

    assert len(refused) > 10
    assert {text for text in refused if not getattr(CATALOG.get(text), "string", "")} == set()


def test_every_advice_about_what_is_not_deployed_has_a_russian_text() -> None:
    english = [each.missing for each in REFERENCES if not getattr(CATALOG.get(each.missing), "string", "")]

    assert english == []


def test_each_translation_keeps_the_places_of_its_text() -> None:
    wrong = [
        message.id
        for message in CATALOG
        if message.id and any((f"{{{number}}}" in message.id) != (f"{{{number}}}" in message.string) for number in range(5))
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("there is no version 'Forecast 2'", "версии 'Forecast 2' нет"),
        ("write something, or attach a file", "напишите что-нибудь или приложите файл"),
        ("an amount is a plain number of at most 15 digits, not '1e9'", "сумма — простое число не длиннее 15 цифр, а не '1e9'"),
        ("line 3: '2026-13-01' is no day; write it as 2026-12-25", "строка 3: '2026-13-01' — не день; пишите как 2026-12-25"),
        ("the DOCX is damaged: save it anew", "файл DOCX повреждён: сохраните его заново"),
        ("CannotRead: the file is damaged: save it anew", "CannotRead: файл повреждён: сохраните его заново"),
        ("BackupFailed: pg_dump failed: no such host: db", "BackupFailed: сбой pg_dump: no such host: db"),
        (
            "InvalidModel: m holds no classifier: it is missing or no archive. Train one: penstock classifier train FILE.csv",
            "InvalidModel: в m нет классификатора: файла нет или это не архив. Обучите его: penstock classifier train FILE.csv",
        ),
        ("Telegram answered 429: too many messages", "Telegram ответил 429: слишком много сообщений"),
        ("the dragon sleeps", "the dragon sleeps"),
        ("there is no version ", "there is no version "),
        ("", ""),
    ],
)
def test_a_refusal_is_said_in_russian_with_what_it_is_about(text: str, shown: str) -> None:
    said = RUSSIAN.refused(text)

    assert said == shown


def test_the_likeliest_template_is_taken() -> None:
    refused = RefusalTexts(
        {"{0}: {1}": "{1} ({0})", "there is no {0}": "нет: {0}", "there is no draft {0}": "нет черновика {0}"}
    )

    shown = [refused(text) for text in ("there is no draft 7", "there is no form 7", "line 3: there is no draft 7")]

    assert shown == ["нет черновика 7", "нет: form 7", "нет черновика 7 (line 3)"]


def test_what_somebody_wrote_is_no_template() -> None:
    refused = RefusalTexts({"there is no {0}": "нет: {0}"})

    assert refused("there is no {0} {1}") == "нет: {0} {1}"


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    refused = RefusalTexts({"a{0}a{1}a{2}a{3}a{4}b": "{0}{1}{2}{3}{4}", "{0}: {1}": "{0}: {1}"})
    endless = "a" * (LONGEST + 1)
    nested = ": ".join(["x"] * 10 * DEEPEST)

    assert refused(endless) == endless
    assert refused("a" * LONGEST) == "a" * LONGEST
    assert refused(nested) == nested
