"""What a text means as a vector, by a small language model that ONNX Runtime runs: an extra beside the words.

Words know nothing of each other: "cannot log in" and "sign-in fails" share none. A model that has read much knows, which helps
where labels have few examples. It has read English; a Russian text gets no vector, and words alone decide.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from services.classification.language import detect_language

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL_FILE, TOKENIZER_FILE = "model.onnx", "tokenizer.json"
# What a model of this size was taught to read at once; what comes after says little that is new.
LONGEST = 256
AT_ONCE = 64
_INSTALL = "install the extra: pip install 'penstock[sentences]'"

type Vectors = NDArray[np.float32]


class SentencesUnavailable(Exception):
    """The model cannot be read; the text says what is missing and what to do."""


class SentenceModel(Protocol):
    """Says what texts mean."""

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        ...

    @property
    def fingerprint(self) -> str:
        """The same for the same model."""
        ...

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimensions), each of length one; zeros for a text it cannot read.

        Raises:
            SentencesUnavailable: it cannot be run here.
        """
        ...


@dataclass(frozen=True)
class OnnxSentences:
    """A folder with `model.onnx` and `tokenizer.json`, as `penstock classifier sentences` makes it."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> "OnnxSentences":
        """Raises `SentencesUnavailable` where a file or a library is missing."""
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (folder / name).is_file():
                raise SentencesUnavailable(f"{folder} has no {name}: make it by `penstock classifier sentences`")
        found = cls(folder)
        _ = found._session, found._tokenizer
        return found

    @cached_property
    def fingerprint(self) -> str:
        with (self.folder / MODEL_FILE).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        readable = [place for place, text in enumerate(texts) if text.strip() and detect_language(text) == "en"]
        # Of one length in a batch nothing is filled up for nothing.
        readable.sort(key=lambda place: len(texts[place]))
        found = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for start in range(0, len(readable), AT_ONCE):
            batch = readable[start : start + AT_ONCE]
            found[batch] = self._read([texts[place] for place in batch])
        return found

    def _read(self, texts: list[str]) -> Vectors:
        pieces = self._tokenizer.encode_batch(texts)
        ids = np.asarray([each.ids for each in pieces], dtype=np.int64)
        mask = np.asarray([each.attention_mask for each in pieces], dtype=np.int64)
        [vectors] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)

    @property
    def _dimensions(self) -> int:
        return int(self._session.get_outputs()[0].shape[1])

    @cached_property
    def _session(self) -> "InferenceSession":
        try:
            import onnxruntime  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise SentencesUnavailable(f"ONNX Runtime is not installed; {_INSTALL}") from error
        options = onnxruntime.SessionOptions()
        # Workers share the processors with everything else.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            return onnxruntime.InferenceSession(str(self.folder / MODEL_FILE), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's own exceptions have no common base
            raise SentencesUnavailable(f"{self.folder / MODEL_FILE} is no model that can be run: {error}") from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        try:
            from tokenizers import Tokenizer  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise SentencesUnavailable(f"tokenizers is not installed; {_INSTALL}") from error
        try:
            tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER_FILE))
        except Exception as error:  # as above
            raise SentencesUnavailable(f"{self.folder / TOKENIZER_FILE} is no tokenizer: {error}") from error
        tokenizer.enable_truncation(LONGEST)
        tokenizer.enable_padding()
        return tokenizer
