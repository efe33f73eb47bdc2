from pathlib import Path
from threading import Barrier, Thread

import pytest

from services.modelling import DraftConflict, DraftNotFound, InvalidDraft, ModelKind, SqlDrafts
from tests.web_app import open_database


@pytest.fixture
def drafts(tmp_path: Path) -> SqlDrafts:
    return SqlDrafts(open_database(tmp_path / "drafts.db"))


def test_every_save_is_a_version_that_can_be_read_again(drafts: SqlDrafts) -> None:
    draft = drafts.create(ModelKind.BPMN, "order", "first", "ada")

    drafts.save(draft.draft_id, "second", "bob", expected_version=1)

    assert drafts.draft(draft.draft_id).name == "order.bpmn"
    assert [(each.version, each.saved_by) for each in drafts.versions(draft.draft_id)] == [(2, "bob"), (1, "ada")]
    assert drafts.content(draft.draft_id).content == "second"
    assert drafts.content(draft.draft_id, 1).content == "first"


def test_of_two_who_save_at_once_one_is_told(drafts: SqlDrafts) -> None:
    draft = drafts.create(ModelKind.BPMN, "order", "first", "ada")
    outcomes: list[str] = []
    together = Barrier(2)

    def save(author: str) -> None:
        together.wait()
        try:
            drafts.save(draft.draft_id, f"by {author}", author, expected_version=1)
            outcomes.append("saved")
        except DraftConflict as conflict:
            outcomes.append(f"version {conflict.actual}")

    threads = [Thread(target=save, args=(author,)) for author in ("bob", "cyd")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved", "version 2"]


def test_a_draft_of_another_tenant_does_not_exist(drafts: SqlDrafts) -> None:
    draft = drafts.create(ModelKind.DMN, "rates.dmn", "<a/>", "ada")

    other = SqlDrafts(drafts.engine, tenant_id="other")

    assert other.drafts() == []
    for call in (other.draft, other.content, other.versions):
        with pytest.raises(DraftNotFound):
            call(draft.draft_id)
    other.remove(draft.draft_id)
    assert drafts.draft(draft.draft_id)


def test_a_removed_draft_is_gone_with_its_versions(drafts: SqlDrafts) -> None:
    draft = drafts.create(ModelKind.FORM, "f", "{}", "ada")

    drafts.remove(draft.draft_id)
    drafts.remove(draft.draft_id)

    with pytest.raises(DraftNotFound):
        drafts.content(draft.draft_id)


@pytest.mark.parametrize("name", ["", "   ", "a/b", "a\\b", "a\x00", "x" * 300])
def test_a_name_that_is_no_file_name_is_refused(drafts: SqlDrafts, name: str) -> None:
    with pytest.raises(InvalidDraft):
        drafts.create(ModelKind.BPMN, name, "", "ada")


def test_a_content_that_is_no_text_or_too_large_is_refused(drafts: SqlDrafts) -> None:
    for content in ("null \x00 inside", "x" * (4 * 1024 * 1024 + 1)):
        with pytest.raises(InvalidDraft):
            drafts.create(ModelKind.BPMN, "order", content, "ada")
