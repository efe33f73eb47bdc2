from hypothesis import given
from hypothesis import strategies as st

from services.knowledge.chunking import LONGEST, Block, cut


def test_paragraphs_under_one_heading_stay_together_until_they_are_long() -> None:
    blocks = [Block("Doors", is_heading=True), Block("a " * 200), Block("b " * 200), Block("c " * 300)]

    parts = cut(blocks)

    assert [part.heading for part in parts] == ["Doors", "Doors"]
    assert parts[0].text.count("\n") == 1


def test_a_new_page_or_heading_begins_a_new_passage() -> None:
    parts = cut([Block("one", 1), Block("two", 2), Block("Head", 2, is_heading=True), Block("three", 2)])

    assert [(part.page, part.heading, part.text) for part in parts] == [(1, "", "one"), (2, "", "two"), (2, "Head", "three")]


@given(st.lists(st.builds(Block, st.text(max_size=4000), st.integers(1, 5), is_heading=st.booleans()), max_size=8))
def test_no_word_is_lost_and_no_passage_is_too_long(blocks: list[Block]) -> None:
    parts = cut(blocks)

    kept = "".join("".join(part.text.split()) for part in parts)
    given_words = "".join("".join(block.text.replace("\x00", "").split()) for block in blocks if not block.is_heading)
    assert kept == given_words
    assert all(0 < len(part.text) <= LONGEST + 1 for part in parts)
