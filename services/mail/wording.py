"""What the desk's own mails say: plain text from files, one per kind and language, filled in by name.

The files are the installation's to change. The first line is the subject, where the kind has one of its own.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

LANGUAGES = ("en", "ru")
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Wording:
    """The folder of the files: `reply.en.txt`, `receipt.ru.txt`, `sign_in.en.txt`."""

    folder: Path

    def text(self, kind: str, language: str, **values: str) -> str:
        chosen = language if language in LANGUAGES else LANGUAGES[0]
        template = Template((self.folder / f"{kind}.{chosen}.txt").read_text(encoding="utf-8"))
        return template.safe_substitute(values)

    def with_subject(self, kind: str, language: str, **values: str) -> tuple[str, str]:
        subject, _, text = self.text(kind, language, **values).partition("\n")
        return subject.strip(), text.strip() + "\n"


def language_of_text(text: str) -> str:
    """The language in which to answer a text."""
    start = text[:5000]
    letters = len(LETTERS.findall(start))
    return "ru" if letters and len(CYRILLIC.findall(start)) * 2 > letters else "en"
