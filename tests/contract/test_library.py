"""The knowledge base on every database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.classification import detect_language
from services.crm.sample_tickets import sample_tickets
from services.knowledge import (
    DocumentNotFound,
    DocumentState,
    KnowledgeReader,
    KnowledgeSearch,
    NewDocument,
    Part,
    SqlLibrary,
)
from services.knowledge.reading.shipped import read_in_place
from services.knowledge.search import add_vectors
from services.knowledge.shipped_articles import shipped_articles
from tests.databases import empty_database

HEADINGS = {
    "Password reset": "Reset a forgotten password or unlock an account",
    "Сброс пароля": "Сброс забытого пароля, заблокирована учётная запись",
    "Mailbox almost full": "A mailbox is almost full",
    "Потерян зонт": "Потерянные вещи",
    "Battery swollen": "A battery is swollen",
    "Task codes": "Task codes for a new phase",
    "Остаток отпуска": "Остаток отпуска показывает меньше",
}


@pytest.fixture
def engine(database_url) -> Iterator[Engine]:
    engine = empty_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def library(engine: Engine) -> SqlLibrary:
    return SqlLibrary(engine)


@pytest.fixture
def reader(library: SqlLibrary, tmp_path) -> KnowledgeReader:
    return KnowledgeReader(library, tmp_path / "knowledge", read_in_place)


def fill(library: SqlLibrary, text: str, **changes: str) -> str:
    named = {"title": "Guide", "file_name": "guide.md", "sha256": text[:60], "added_by": "anna"} | changes
    document, _is_new = library.add(NewDocument(size=len(text), **named))
    library.claim(document.document_id)
    library.fill(document.document_id, [Part(3, "Head", text)], language="en", pages=4)
    return document.document_id


def test_the_same_content_is_the_same_document(library: SqlLibrary) -> None:
    first = library.add(NewDocument("A", "a.md", "00", 1, "anna"))
    second = library.add(NewDocument("B", "b.md", "00", 1, "boris"))

    assert (first[1], second[1]) == (True, False)
    assert first[0] == second[0]


def test_a_document_is_read_by_one_and_its_passages_know_their_page(library: SqlLibrary) -> None:
    document, _is_new = library.add(NewDocument("A", "a.md", "00", 1, "anna"))

    claims = [library.claim(document.document_id) is not None for _reader in range(2)]
    library.fill(document.document_id, [Part(1, "One", "first words"), Part(2, "", "second words")], language="en", pages=2)

    assert claims == [True, False]
    assert library.due() == []
    assert library.document(document.document_id).state is DocumentState.READY
    assert [(each.page, each.heading, each.text) for each in library.passages(document.document_id)] == [
        (1, "One", "first words"),
        (2, "", "second words"),
    ]


def test_what_is_removed_is_found_no_more(library: SqlLibrary) -> None:
    kept, gone = fill(library, "The coffee grinder is stuck"), fill(library, "Another coffee grinder is stuck, too")
    search = KnowledgeSearch(library)

    library.remove(gone)

    assert [each.passage.document_id for each in search.search("coffee grinder stuck")] == [kept]
    with pytest.raises(DocumentNotFound):
        library.document(gone)


def test_a_document_read_anew_is_found_by_its_new_words_only(library: SqlLibrary) -> None:
    document_id = fill(library, "The coffee grinder is stuck")

    library.fill(document_id, [Part(1, "", "The elevator hums")], language="en", pages=1)

    search = KnowledgeSearch(library)
    assert search.search("coffee grinder") == []
    assert len(search.search("humming elevators")) == 1


def test_tenants_do_not_find_each_others_passages(engine: Engine, library: SqlLibrary) -> None:
    fill(library, "The coffee grinder is stuck")

    assert KnowledgeSearch(SqlLibrary(engine, "other")).search("coffee grinder") == []


@pytest.mark.parametrize("question", ["", "the of and", "x", "' OR 1=1 --", '"NEAR(', "a & b | !c", "*" * 5000, "zebra " * 900])
def test_a_question_of_no_use_or_ill_will_finds_nothing(library: SqlLibrary, question: str) -> None:
    fill(library, "The coffee grinder is stuck")

    assert KnowledgeSearch(library).search(question) == []


def test_sample_tickets_find_the_article_that_answers_them(reader: KnowledgeReader) -> None:
    for path in shipped_articles():
        reader.make(reader.keep(path.read_bytes(), path.name, added_by="test")[0].document_id)
    search = KnowledgeSearch(reader.library)
    tickets = {sample.ticket.subject: sample.ticket for sample in sample_tickets(400, seed=3)}

    found = {}
    for subject in HEADINGS:
        text = f"{subject}\n{tickets[subject].text}"
        found[subject] = search.search(text, language=detect_language(text))[0].passage.heading

    assert found == HEADINGS
    answered = [search.search(f"{ticket.subject}\n{ticket.text}", limit=1) for ticket in tickets.values()]
    assert sum(map(bool, answered)) / len(answered) > 0.95


def test_words_of_the_question_are_marked_in_any_form(library: SqlLibrary) -> None:
    fill(library, "Пароли сбрасывает служба поддержки. Passwords are reset by the desk.")

    [english] = KnowledgeSearch(library).search("reset my password")
    [russian] = KnowledgeSearch(library).search("сбросить пароль службы")

    assert [piece for piece, is_hit in english.pieces if is_hit] == ["Passwords", "reset"]
    assert {"Пароли", "служба"} <= {piece for piece, is_hit in russian.pieces if is_hit}
    assert "".join(piece for piece, _hit in english.pieces) == english.passage.text


class Meaning:
    """Words of one meaning are one axis."""

    model = "meaning"
    axes = ("coffee espresso", "mill grinder", "parking car")

    def embed(self, texts):
        return [[sum(word in text.lower() for word in axis.split()) for axis in self.axes] for text in texts]


def test_vectors_find_what_no_word_would(library: SqlLibrary) -> None:
    near = fill(library, "Espresso grinder jams repeatedly")
    fill(library, "Parking for visitors on level two")
    assert add_vectors(library, Meaning()) == 2

    by_words = KnowledgeSearch(library).search("coffee mill")
    [found] = KnowledgeSearch(library, Meaning()).search("coffee mill")

    assert by_words == []
    assert found.passage.document_id == near
    assert add_vectors(library, Meaning()) == 0


def test_a_file_is_kept_read_and_learned_once(reader: KnowledgeReader) -> None:
    document, is_new = reader.keep(b"# Coffee\n\nThe grinder is stuck.", "../../etc/coffee.md", added_by="anna")

    assert (is_new, document.file_name, document.state) == (True, "coffee.md", DocumentState.WAITING)
    assert reader.make_due() == 1
    assert reader.library.document(document.document_id).title == "Coffee"
    lesson = "The tap drips in the kitchen\n\nTurn the valve under the sink clockwise until it stops."
    assert reader.learn(lesson, title="Tap", source="T-9") is not None
    assert reader.learn(lesson, title="Tap", source="T-10") is None
    [found] = KnowledgeSearch(reader.library).search("the kitchen tap drips")
    assert (found.passage.kind, found.passage.title) == ("ticket", "Tap")
