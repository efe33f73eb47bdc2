from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_matrix
from sklearn.svm import LinearSVC

from services.classification import InvalidModel, LinearClassifier, load_model, save_model, train
from services.classification.committee import Committee, is_worthwhile, learn_committee

TOPICS = {
    "Access": "password login account locked",
    "Hardware": "printer disk screen broken",
    "People": "leave salary contract",
}


def either_but_not_both(count: int) -> tuple[csr_matrix, NDArray[np.int64]]:
    """What no weighing of single words can tell: right where exactly one of two words stands."""
    random = np.random.default_rng(3)
    words = random.integers(0, 2, (count, 2))
    noise = random.uniform(0, 0.1, (count, 6))
    return csr_matrix(np.hstack([words, noise])), (words[:, 0] ^ words[:, 1]).astype(np.int64)


@pytest.fixture(scope="module")
def model() -> LinearClassifier:
    random = np.random.default_rng(5)
    labels = [sorted(TOPICS)[number % 3] for number in range(2_001)]
    texts = [f"{' '.join(random.choice(TOPICS[label].split(), 2))} please help {random.integers(99)}" for label in labels]
    return train(texts, labels, folds=2)


def test_the_committee_sees_which_words_stand_together() -> None:
    rows, targets = either_but_not_both(1_500)
    unseen, wanted = either_but_not_both(400)

    committee = learn_committee(rows, targets)

    linear = LinearSVC(random_state=1).fit(rows, targets)
    assert (committee.opinions(unseen).argmax(axis=1) == wanted).mean() > 0.95
    assert (linear.predict(unseen) == wanted).mean() < 0.8


def test_learning_twice_gives_the_same_opinions() -> None:
    rows, targets = either_but_not_both(600)

    one, other = (learn_committee(rows, targets).opinions(rows) for _ in range(2))

    np.testing.assert_array_equal(one, other)


def test_a_model_with_a_committee_answers_and_says_its_words(model: LinearClassifier) -> None:
    answer = model.classify(["my printer is broken"])[0]

    assert model.committee is not None
    assert answer.label == "Hardware"
    assert answer.evidence[0].words in {"printer", "broken"}


def test_a_saved_committee_gives_the_same_answers(model: LinearClassifier, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model.npz")

    loaded = load_model(tmp_path / "model.npz")

    texts = ["the disk is broken", "salary", "locked account", "something else"]
    np.testing.assert_allclose(loaded.probabilities(texts), model.probabilities(texts), atol=5e-3)


@pytest.mark.parametrize(("name", "value"), [("columns", [10**6]), ("output_biases", [[0.0]]), ("hidden", [[[0.0]]])])
def test_a_committee_that_does_not_fit_is_refused(
    model: LinearClassifier, tmp_path: Path, name: str, value: list[object]
) -> None:
    save_model(model, tmp_path / "whole.npz")
    with np.load(tmp_path / "whole.npz") as arrays:
        content = {key: arrays[key] for key in arrays.files}
    content[f"committee_{name}"] = np.asarray(value)
    np.savez(tmp_path / "model.npz", **content)

    with pytest.raises(InvalidModel):
        load_model(tmp_path / "model.npz")


@pytest.mark.parametrize(("texts", "labels", "worthwhile"), [(1_999, 2, False), (2_000, 8, True), (5_000, 300, False)])
def test_few_texts_get_no_committee(texts: int, labels: int, *, worthwhile: bool) -> None:
    assert is_worthwhile(texts, labels) is worthwhile


def test_the_committee_reads_its_own_columns_alone() -> None:
    columns = np.asarray([1, 4, 6], dtype=np.int32)
    nothing = np.zeros((1, 1, 1), dtype=np.float32)
    committee = Committee(columns, np.zeros((3, 1), dtype=np.float32), nothing, nothing[0], nothing, nothing[0])
    rows = random_matrix(5, 9, density=0.6, random_state=3, format="csr")

    own = committee._own(rows)

    np.testing.assert_allclose(own.toarray(), rows.toarray()[:, columns], rtol=1e-6)
    assert own.dtype == np.float32
