"""Corrections become a challenger, and the better of the two answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.classification import Correction, ReloadingClassifier, SqlCorrections, load_model, save_model, train
from services.classification.corrections import is_held_back
from services.classification.examples import InvalidExamples, load_examples, save_examples
from services.classification.judging import compare
from services.classification.learning import Learner, PrecisionUnknown
from services.classification.versions import VersionNotFound, Versions, VersionState
from tests.web_app import open_database

PRINTERS = [f"printer {n} is jammed and prints nothing at floor {n}" for n in range(12)]
PASSWORDS = [f"please reset my password for account {n}" for n in range(12)]
# The world has changed: what the champion takes for a printer is a purchase now.
PURCHASES = [f"printer toner cartridge order number {n} jammed budget prints invoice" for n in range(120)]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path / "penstock.db")
    yield opened
    opened.dispose()


@pytest.fixture
def learner(engine: Engine, tmp_path: Path) -> Learner:
    texts, labels = [*PRINTERS, *PASSWORDS], ["Hardware"] * 12 + ["Access"] * 12
    path = tmp_path / "classifier.npz"
    save_model(train(texts, labels, name="first"), path)
    versions = Versions(engine, path, tmp_path / "classifier")
    return Learner(SqlCorrections(engine), versions, lambda: (texts, labels), tmp_path / "learning.lock")


def correct(learner: Learner, ticket: int, text: str, label: str, suggested: str = "Hardware") -> bool:
    correction = Correction(f"T-{ticket}", text, label, suggested, "anna", datetime.now(UTC))
    return learner.corrections.keep(correction, request_id=f"job:{ticket}")


def test_a_correction_told_twice_is_kept_once_and_the_last_of_a_ticket_counts(learner: Learner) -> None:
    correct(learner, 1, "a text", "Access")
    again = correct(learner, 1, "a text", "Access")
    changed = Correction("T-1", "a text", "Purchase", "Hardware", "boris", datetime.now(UTC))
    learner.corrections.keep(changed, request_id="form:2")

    [latest] = learner.corrections.latest_of_each()

    assert not again
    assert latest.label == "Purchase"
    assert [each.label for each in learner.corrections.recent(9)] == ["Purchase", "Access"]


def test_a_challenger_that_is_better_on_held_back_corrections_becomes_the_champion(learner: Learner) -> None:
    for number, text in enumerate(PURCHASES):
        correct(learner, number, text, "Purchase")

    version = learner.learn("anna")

    assert version is not None
    held_back = sum(is_held_back(f"T-{number}") for number in range(len(PURCHASES)))
    assert version.state is VersionState.CHAMPION
    assert version.comparison["held_back"] == version.comparison["only_challenger"] == held_back
    assert version.comparison["chance"] == pytest.approx(0.5**held_back, abs=1e-6)
    assert version.card["corrections_learned"] == len(PURCHASES) - held_back
    assert version.card["labels_new"] == ["Purchase"]
    assert load_model(learner.versions.champion_path).classify([PURCHASES[0]])[0].label == "Purchase"


def test_a_challenger_that_is_no_better_is_kept_and_refused(learner: Learner) -> None:
    for number in range(100):
        correct(learner, number, f"printer {number} is jammed again", "Hardware")

    version = learner.learn("anna")

    assert version is not None
    assert (version.state, version.comparison["verdict"]) == (VersionState.REFUSED, "not-better")
    assert load_model(learner.versions.champion_path).name == "first"


def test_too_few_held_back_corrections_never_unseat_a_champion(learner: Learner) -> None:
    for number, text in enumerate(PURCHASES[:30]):
        correct(learner, number, text, "Purchase")

    version = learner.learn("anna")

    assert version is not None
    assert version.comparison["verdict"] == "too-few"


def test_wrong_corrections_are_held_against_no_champion_that_is_right(learner: Learner) -> None:
    champion = load_model(learner.versions.champion_path)
    spoilt = train([*PRINTERS, *PASSWORDS], ["Access"] * 12 + ["Hardware"] * 12, name="spoilt")
    held_back = [Correction(f"T-{n}", text, "Access", "", "anna", datetime.now(UTC)) for n, text in enumerate(PASSWORDS * 3)]

    comparison = compare(champion, spoilt, held_back)

    assert (comparison.only_champion, comparison.only_challenger, comparison.verdict) == (36, 0, "not-better")
    assert comparison.chance == 1


def test_learns_when_enough_is_new_and_not_before(learner: Learner) -> None:
    learner.learn("anna")
    for number in range(49):
        correct(learner, number, PRINTERS[0], "Hardware")
    early = learner.learn_if_due()
    correct(learner, 49, PRINTERS[0], "Hardware")

    due = learner.learn_if_due()

    assert early is None
    assert due is not None
    assert due.corrections_to == 50
    assert learner.learn_if_due() is None


def test_an_older_version_can_be_put_back(learner: Learner) -> None:
    first = learner.ensure_version()
    for number, text in enumerate(PURCHASES):
        correct(learner, number, text, "Purchase")
    learned = learner.learn("anna")

    learner.versions.make_champion(first.number)

    assert learned is not None
    assert load_model(learner.versions.champion_path).name == "first"
    assert learner.versions.version(learned.number).state is VersionState.BEATEN
    champions = [each for each in learner.versions.latest() if each.state is VersionState.CHAMPION]
    assert [each.number for each in champions] == [first.number]


def test_a_version_without_a_file_cannot_be_put_back(learner: Learner) -> None:
    first = learner.ensure_version()
    learner.versions.file(first.number).unlink()

    with pytest.raises(VersionNotFound, match="cleared away"):
        learner.versions.make_champion(first.number)


def test_a_file_that_somebody_put_in_the_champions_place_is_told_from_its_own(learner: Learner) -> None:
    before = learner.versions.is_in_place()
    learner.ensure_version()
    made_known = learner.versions.is_in_place()

    with learner.versions.champion_path.open("ab") as file:
        file.write(b"\0")

    assert (before, made_known, learner.versions.is_in_place()) == (False, True, False)


def test_a_precision_that_is_asked_for_moves_the_threshold(learner: Learner) -> None:
    before = load_model(learner.versions.champion_path)

    version = learner.set_precision(0.8, "anna")

    after = load_model(learner.versions.champion_path)
    assert after.card["asked_precision"] == 0.8
    assert after.threshold <= before.threshold
    assert version.state is VersionState.CHAMPION
    with pytest.raises(PrecisionUnknown):
        learner.set_precision(0.123, "anna")


def test_workers_answer_by_the_new_model_without_a_restart(learner: Learner) -> None:
    seconds = [0.0]
    classifier = ReloadingClassifier(learner.versions.champion_path, clock=lambda: seconds[0])
    model = load_model(learner.versions.champion_path)
    save_model(replace(model, name="second"), learner.versions.champion_path)
    at_once = classifier.classify(["printer"])[0].model
    seconds[0] = 3.0

    later = classifier.classify(["printer"])[0].model
    learner.versions.champion_path.write_bytes(b"damaged")
    seconds[0] = 6.0

    assert (at_once, later) == ("first", "second")
    assert classifier.classify(["printer"])[0].model == "second"


def test_examples_come_back_as_they_were_saved(tmp_path: Path) -> None:
    save_examples(["a\nb", "«ёж»"], ["X", "Y"], tmp_path / "examples.gz")
    (tmp_path / "damaged.gz").write_bytes(b"no")

    assert load_examples(tmp_path / "examples.gz") == (["a\nb", "«ёж»"], ["X", "Y"])
    assert load_examples(tmp_path / "missing.gz") == ([], [])
    with pytest.raises(InvalidExamples, match="penstock classifier train"):
        load_examples(tmp_path / "damaged.gz")
