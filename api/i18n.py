"""The languages of the interface: gettext catalogs as .po files, read at the start, one folder for each language.

Several files may stand beside each other (`translations/ru/inbox.po`), so that each group of pages keeps its own. English is
the language of the source, so it needs no catalog.
"""

import gettext
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

from api.cookies import LANGUAGE_COOKIE
from api.principal import principal_of
from api.refusal_texts import RefusalTexts

SOURCE_LANGUAGE = "en"
# What a browser may send of its wishes before it is more an attack than a wish.
MAX_WISHES = 20


class TranslationsBroken(Exception):
    """A catalog cannot be read; the text names the file."""


@dataclass(frozen=True)
class Language:
    """One language: its texts and how it writes numbers and dates."""

    code: str
    translations: gettext.NullTranslations
    # What stands in process models and forms (api.model_texts).
    of_models: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    # A refusal's English text in this language (api.refusal_texts).
    refused: RefusalTexts = field(default_factory=lambda: RefusalTexts({}))

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse(self.code)

    @property
    def name(self) -> str:
        """The language's own name."""
        return (self.locale.get_display_name(self.code) or self.code).capitalize()

    def gettext(self, message: str) -> str:
        return self.translations.gettext(message)

    def model_text(self, message: str) -> str:
        """A name or label out of a model; as the model says it where nobody translated it."""
        # The empty text is gettext's own: it holds what describes the catalog.
        return self.of_models.gettext(message) if message else message

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.translations.ngettext(singular, plural, count)


@dataclass(frozen=True)
class Languages:
    """Every language of this installation, and which one a request reads."""

    by_code: Mapping[str, Language]
    default: str

    def of(self, request: HTTPConnection) -> Language:
        """The account's choice, else the cookie's, else the browser's first wish that we speak."""
        principal = principal_of(request)
        chosen = (principal.account.language if principal else None) or request.cookies.get(LANGUAGE_COOKIE)
        if chosen not in self.by_code:
            chosen = negotiate_locale(_wishes(request.headers.get("accept-language", "")), list(self.by_code), sep="-")
        return self.by_code.get(chosen or self.default, self.by_code[self.default])


@cache
def load_languages(folder: Path, default: str) -> Languages:
    """English and every language that has a folder, read once in a process; the models' texts lie in `processes` beside it.

    Raises:
        TranslationsBroken: a catalog cannot be read, or the default language has none.
    """
    languages = {SOURCE_LANGUAGE: Language(SOURCE_LANGUAGE, gettext.NullTranslations())}
    for each in sorted(path for path in folder.glob("*") if path.is_dir()):
        of_models = _translations(
            sorted(
                [
                    *(folder.parent / "processes").glob(f"*/{each.name}.po"),
                    *(folder.parent / "decisions").glob(f"{each.name}.po"),
                ]
            ),
            each.name,
        )
        refused = RefusalTexts(_templates(sorted((each / "refusals").glob("*.po")), each.name))
        languages[each.name] = Language(each.name, _translations(sorted(each.glob("*.po")), each.name), of_models, refused)
    if default not in languages:
        raise TranslationsBroken(f"{folder}: there is no folder for the default language {default!r}")
    return Languages(languages, default)


def read_catalog(files: Iterable[Path], code: str) -> Catalog:
    """Catalog files of a language as one.

    Raises:
        TranslationsBroken: a file cannot be read, or two files translate a text differently.
    """
    merged = Catalog(locale=code)
    for path in files:
        try:
            with path.open("rb") as file:
                catalog = read_po(file, locale=code, abort_invalid=True)
        except (ValueError, OSError) as error:
            raise TranslationsBroken(f"{path}: {error}") from error
        for message in catalog:
            known = merged.get(message.id) if message.id else None
            if known and known.string != message.string:
                raise TranslationsBroken(f"{path}: {message.id!r} has another translation in another file")
            if message.id:
                merged[message.id] = message
    return merged


def _translations(files: Iterable[Path], code: str) -> gettext.GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, read_catalog(files, code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _templates(files: Iterable[Path], code: str) -> Mapping[str, str]:
    return {str(message.id): str(message.string) for message in read_catalog(files, code) if message.id and message.string}


def _wishes(accept_language: str) -> list[str]:
    """The languages a browser asks for, the dearest first."""
    weighted = []
    for part in accept_language.split(",")[:MAX_WISHES]:
        code, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        weighted.append((weight, code.strip()))
    return [code for weight, code in sorted(weighted, key=lambda wish: -wish[0]) if code and weight > 0]
