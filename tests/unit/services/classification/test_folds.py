"""Copies of a text are never on both sides: a model is judged on what it has not seen."""

from collections import Counter

import numpy as np
import pytest

from services.classification.folds import Folds, folds_of


def folds(rows: list[tuple[str, int]], most: int = 4) -> Folds:
    return folds_of([text for text, _ in rows], np.asarray([target for _, target in rows]), most)


def different(target: int, count: int) -> list[tuple[str, int]]:
    return [(f"text {number} of {target}", target) for number in range(count)]


def test_where_no_text_comes_twice_every_row_is_judged_once_in_equal_parts() -> None:
    found = folds(different(0, 8) + different(1, 4))

    unseen = [row for _seen, part in found.parts for row in part.tolist()]

    assert sorted(unseen) == found.judged.tolist() == list(range(12))
    assert [len(part) for _seen, part in found.parts] == [3, 3, 3, 3]
    assert all(not set(seen) & set(part) for seen, part in found.parts)


def test_copies_stand_on_one_side_and_count_once() -> None:
    rows = [
        (f" {form(text)} ", target) for text, target in different(0, 6) + different(1, 6) for form in (str.upper, str.title)
    ]

    found = folds(rows)

    assert len(found.judged) == 12
    for seen, unseen in found.parts:
        assert not {rows[row][0].lower() for row in seen} & {rows[row][0].lower() for row in unseen}


def test_a_label_with_one_text_is_judged_on_its_copies() -> None:
    rows = [*different(0, 9), *[("the backup failed", 1)] * 5]

    found = folds(rows)

    assert Counter(rows[row][1] for row in found.judged) == {0: 9, 1: 5}
    assert all({rows[row][1] for row in seen} == {0, 1} for seen, _unseen in found.parts)


@pytest.mark.parametrize("copies", [2, 3, 7])
def test_a_label_whose_texts_stand_under_others_too_is_learned_in_each_fold(copies: int) -> None:
    shared = [("printer", 0), ("password", 0), *[("printer", 1), ("password", 1)] * copies]

    found = folds([*different(0, 4), *shared])

    targets = [0] * 6 + [1] * (2 * copies)
    assert all({targets[row] for row in seen} == {0, 1} for seen, _unseen in found.parts)
    assert all(len(unseen) for _seen, unseen in found.parts)


def test_there_are_no_more_folds_than_a_label_has_texts() -> None:
    found = folds([*different(0, 50), *different(1, 2)])

    assert found.count == 2
