"""Replies made of the given passages: the sentences nearest to the ticket, in their order, with where they stand."""

import re
from typing import Any

from services.practice_model.blocks import Question, stems

LINES = 5
LONGEST_QUOTE = 300
LATER_PASSAGE = 0.1
_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]?")
_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s*")
TEXTS = {
    "en": (
        "Hello,\n\nthank you for your message. This should help:\n\n{steps}\n\n"
        "If it does not, answer this message and a colleague will look at it with you.\n\nKind regards\nService desk"
    ),
    "ru": (
        "Здравствуйте!\n\nСпасибо за обращение. Должно помочь следующее:\n\n{steps}\n\n"
        "Если не поможет, ответьте на это письмо, и мы разберёмся вместе.\n\nС уважением,\nслужба поддержки"
    ),
}


def reply_to(question: Question) -> dict[str, Any]:
    """The answer to a question for a reply; without a passage that fits, one of no confidence and no source."""
    asked = stems(question.block("ticket") or question.text)
    # The passages come best first: a later one must fit clearly better.
    ranked = sorted(
        ((_fit(asked, text) - LATER_PASSAGE * number, -number, text) for number, text in question.passages.items()),
        reverse=True,
    )
    if not ranked or not _fit(asked, ranked[0][2]):
        return {"reply": "I have found nothing that answers this.", "citations": [], "confidence": 0.0}
    _rank, number, passage = ranked[0]
    fit = _fit(asked, passage)
    sentences = _sentences(passage)
    best = max(sentences, key=lambda sentence: (len(stems(sentence) & asked), -sentences.index(sentence)))
    start = max(0, min(sentences.index(best), len(sentences) - LINES))
    steps = [_STEP.sub("", sentence) for sentence in sentences[start : start + LINES]]
    listed = "\n".join(f"{place}. {step} [{-number}]" for place, step in enumerate(steps, start=1))
    return {
        "reply": TEXTS.get(question.language, TEXTS["en"]).format(steps=listed),
        "citations": [{"passage": -number, "quote": best[:LONGEST_QUOTE]}],
        "confidence": round(min(0.35 + fit, 0.95), 2),
    }


def _fit(asked: set[str], passage: str) -> float:
    return len(asked & stems(passage)) / max(len(asked), 1)


def _sentences(passage: str) -> list[str]:
    """Sentences of the passage's body, word for word."""
    body = passage.partition("\n\n")[2] or passage
    found = [sentence.strip() for sentence in _SENTENCE.findall(body)]
    return [sentence for sentence in found if len(sentence) >= 12] or [body.strip()]
