import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.classification import (
    InvalidModel,
    NotEnoughExamples,
    detect_language,
    load_model,
    save_model,
    suggest_priority,
    train,
)
from services.classification.training import _unscaled, fit_threshold

TEXTS = [
    *(f"printer {n} is jammed and prints nothing" for n in range(8)),
    *(f"please reset my password for account {n}" for n in range(8)),
    *(f"не печатает принтер номер {n}" for n in range(8)),
]
LABELS = ["Hardware"] * 8 + ["Access"] * 8 + ["Hardware"] * 8


def test_says_label_runner_up_and_the_words_that_decided() -> None:
    model = train(TEXTS, LABELS)

    answer = model.classify(["I forgot my password"])[0]

    assert (answer.label, answer.runner_up) == ("Access", "Hardware")
    assert answer.confidence > 0.5
    assert answer.evidence[0].words in {"password", "my password", "my"}


def test_reads_the_language_it_was_taught() -> None:
    model = train(TEXTS, LABELS)

    assert model.classify(["опять не печатает принтер"])[0].label == "Hardware"


def test_a_saved_model_gives_the_same_answers(tmp_path: Path) -> None:
    model = train(TEXTS, LABELS)
    save_model(model, tmp_path / "model.npz")

    loaded = load_model(tmp_path / "model.npz")

    np.testing.assert_allclose(loaded.probabilities(TEXTS), model.probabilities(TEXTS), atol=1e-5)
    assert loaded.card == json.loads(json.dumps(model.card))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_refuses_a_damaged_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.npz").write_bytes(content)

    with pytest.raises(InvalidModel, match="penstock classifier train"):
        load_model(tmp_path / "model.npz")


@pytest.mark.parametrize(("texts", "labels"), [(["a b"] * 9, ["X"] * 9), (["a b"] * 9, ["X"] * 8 + ["Y"])])
def test_refuses_too_few_examples(texts: list[str], labels: list[str]) -> None:
    with pytest.raises(NotEnoughExamples):
        train(texts, labels)


def test_the_threshold_keeps_the_asked_rate() -> None:
    random = np.random.default_rng(7)
    confidence = random.uniform(0.5, 1.0, 20_000)
    probabilities = np.column_stack([confidence, 1 - confidence])
    targets = (random.uniform(size=20_000) > confidence).astype(np.int64)

    threshold, share = fit_threshold(probabilities, targets, 0.95)

    assert (targets[confidence >= threshold] == 0).mean() == pytest.approx(0.95, abs=0.01)
    assert share == pytest.approx(0.2, abs=0.03)


def test_a_model_that_is_never_sure_leaves_all_to_people() -> None:
    probabilities = np.tile([0.5, 0.5], (100, 1))

    threshold, share = fit_threshold(probabilities, np.arange(100) % 2, 0.95)

    assert threshold > 1
    assert share == 0


@pytest.mark.parametrize(
    ("text", "language"), [("The VPN is down", "en"), ("Не работает VPN, ошибка Error 809", "ru"), ("12345", "en"), ("", "en")]
)
def test_detects_the_language_by_its_letters(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("Email outage, nobody can send", "critical"),
        ("URGENT: laptop broken", "high"),
        ("This is not urgent", "low"),
        ("Срочно нужен доступ", "high"),
        ("не срочно, когда будет время", "low"),
        ("Please order a mouse", "normal"),
    ],
)
def test_suggests_a_priority_from_plain_words(text: str, priority: str) -> None:
    assert suggest_priority(text) == priority


def test_the_calibration_over_values_says_what_it_says_over_scaled_values() -> None:
    random = np.random.default_rng(3)
    targets = random.integers(0, 3, 300)
    values = random.normal(size=(300, 4)) * [1, 100, 0.01, 5] + [0, 50, 1, -9]
    values[:, 0] += targets
    scaled = make_pipeline(StandardScaler(), LogisticRegression()).fit(values, targets)

    weights, biases = _unscaled(*scaled)

    np.testing.assert_allclose(values @ weights.T + biases, scaled.decision_function(values), atol=1e-9)
