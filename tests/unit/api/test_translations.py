import re
from collections import defaultdict
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_file

from api.i18n import TranslationsBroken, load_languages, read_catalog

HOME = Path(__file__).parents[3]
NAMED = re.compile(r"%\(\w+\)s")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
JINJA = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}


def test_every_text_of_templates_and_pages_has_a_russian_translation() -> None:
    texts = source_texts()

    catalog = read_catalog(sorted((HOME / "translations" / "ru").glob("*.po")), "ru")
    missing = {str(text): places[0] for text, places in texts.items() if not translated(catalog, text)}

    assert len(texts) > 100
    assert missing == {}


def test_no_translation_is_left_of_a_text_that_is_gone() -> None:
    texts = source_texts()

    catalog = read_catalog(sorted((HOME / "translations" / "ru").glob("*.po")), "ru")
    left = [message.id for message in catalog if message.id and message.id not in texts]

    assert left == []


def test_translations_keep_the_placeholders_of_their_text() -> None:
    catalog = read_catalog(sorted((HOME / "translations" / "ru").glob("*.po")), "ru")

    wrong = []
    for message in catalog:
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wrong += [string for string in strings if message.id and placeholders(string) != placeholders(originals[-1])]

    assert wrong == []


def test_russian_counts_in_three_forms() -> None:
    russian = load_languages(HOME / "translations", "en").by_code["ru"]

    shown = [russian.ngettext("%(count)s row", "%(count)s rows", count) % {"count": count} for count in (1, 3, 5, 21)]

    assert shown == ["1 строка", "3 строки", "5 строк", "21 строка"]


def test_two_files_that_translate_a_text_differently_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ru"
    folder.mkdir()
    for number in (1, 2):
        text = f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Start"\nmsgstr "Начало {number}"\n'
        (folder / f"{number}.po").write_text(text, encoding="utf-8")

    with pytest.raises(TranslationsBroken, match=r"2\.po: 'Start' has another translation"):
        load_languages(tmp_path, "en")


def source_texts() -> dict[object, list[str]]:
    found = defaultdict(list)
    for folder, ending, method, options in (
        ("templates", "*.html", "jinja2.ext:babel_extract", JINJA),
        ("templates", "*.txt", "jinja2.ext:babel_extract", JINJA),
        ("api", "*.py", "python", {}),
    ):
        for path in sorted((HOME / folder).rglob(ending)):
            for line, text, _comments, _context in extract_from_file(method, path, keywords=KEYWORDS, options=options):
                found[text].append(f"{path.relative_to(HOME)}:{line}")
    return found


def translated(catalog, text) -> bool:
    message = catalog.get(text[0] if isinstance(text, tuple) else text)
    if message is None:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def placeholders(text: str) -> list[str]:
    named = sorted(set(NAMED.findall(text)))
    if named:
        return named
    return sorted(field for _literal, field, _spec, _conversion in Formatter().parse(text) if field)
