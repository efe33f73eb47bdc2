"""From an event to words: title, text and link in a person's language and time zone.

Each event has a template of its own with the blocks `title` and `text`, plain text that the layouts escape. Where a subject is
looked at stands in `SUBJECT_PATHS`; one of an unknown kind leads to the list of notifications.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from pydantic import ValidationError

from services.notifications.channels import Item, Message, Undeliverable
from services.notifications.events import EVENTS, Event
from services.notifications.outbox import Claimed

OWN_PAGE = "/notifications"
# By the word before the colon of a subject's key.
SUBJECT_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "ticket": "/tickets/{}",
        "task": "/inbox/{}",
        "instance": "/instances/{}",
        "incident": "/incidents",
        "change_set": "/changes/{}",
        "background": "/background",
        "report": "/reports",
        "month": "/finance/close/{}",
        "address": "/notifications/settings",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, in words."""

    title: str
    text: str
    path: str


def subject_path(subject_key: str) -> str:
    """The page that shows a subject."""
    kind, _, name = subject_key.partition(":")
    return SUBJECT_PATHS.get(kind, OWN_PAGE).format(quote(name, safe=""))


@dataclass(frozen=True)
class Wording:
    """The words of every event; `catalogs` maps a language to its texts and has English at least.

    `model_catalogs` hold what stands in process models: a task is called in a mail as on its page.
    """

    templates: Path
    catalogs: Mapping[str, gettext.NullTranslations]
    default_language: str
    public_url: str
    model_catalogs: Mapping[str, gettext.NullTranslations] = field(default_factory=dict)

    def language(self, wished: str | None) -> str:
        return wished if wished and wished in self.catalogs else self.default_language

    def told(self, event: Event, subject_key: str, values: str, language: str, zone: ZoneInfo) -> Told:
        """An event in words; `values` as the tables hold them."""
        template = self._plain[language].get_template(f"mail/events/{event.value}.txt")
        carried = EVENTS[event].values.model_validate_json(values).model_dump()
        shown = {name: _shown(value, language, zone) for name, value in carried.items()}
        context = {**shown, "subject": subject_key.partition(":")[2]}
        return Told(_block(template, "title", context), _block(template, "text", context), subject_path(subject_key))

    def told_or_named(self, event: Event, subject_key: str, values: str, language: str, zone: ZoneInfo) -> Told:
        """The same, or the event's bare name where the values are those of another release."""
        try:
            return self.told(event, subject_key, values, language, zone)
        except (ValidationError, TemplateError):
            return Told(event.value.replace("_", " "), "", subject_path(subject_key))

    def item(self, claimed: Claimed, language: str, zone: ZoneInfo) -> Item:
        """Raises `Undeliverable` where the values are those of another release."""
        try:
            told = self.told(claimed.event, claimed.subject_key, claimed.values, language, zone)
        except (ValidationError, TemplateError) as error:
            raise Undeliverable(f"{claimed.event.value} cannot be put into words ({type(error).__name__})") from error
        return Item(
            claimed.notification_id,
            claimed.event,
            claimed.subject_key,
            told.title,
            told.text,
            self.public_url.rstrip("/") + told.path,
            claimed.happened_at,
            msgspec.json.decode(claimed.values, type=dict[str, Any]),
        )

    def title(self, message: Message) -> str:
        """A message in one line."""
        if not message.is_digest:
            return message.items[0].title
        return self._plain[message.language].get_template("mail/digest_title.txt").render(count=len(message.items)).strip()

    def mail(self, message: Message, *, as_html: bool) -> str:
        """A message as the body of a mail."""
        environment = self._html[message.language] if as_html else self._plain[message.language]
        template = environment.get_template("mail/message.html" if as_html else "mail/message.txt")
        settings_url = f"{self.public_url.rstrip('/')}/notifications/settings"
        title = self.title(message)
        return template.render(message=message, title=title, settings_url=settings_url, language=message.language)

    @cached_property
    def _plain(self) -> Mapping[str, Environment]:
        return {code: self._environment(code, escape=False) for code in self.catalogs}

    @cached_property
    def _html(self) -> Mapping[str, Environment]:
        return {code: self._environment(code, escape=True) for code in self.catalogs}

    def _environment(self, code: str, *, escape: bool) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(self.templates),
            autoescape=escape,  # noqa: S701  # plain text is escaped by whoever shows it
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_translations(self.catalogs[code])  # type: ignore[attr-defined]  # by i18n
        environment.policies["ext.i18n.trimmed"] = True
        of_models = self.model_catalogs.get(code, gettext.NullTranslations())
        # The empty text is gettext's own: it holds what describes the catalog.
        environment.filters["model_text"] = lambda text: of_models.gettext(text) if text else text
        return environment


def _block(template: Template, name: str, context: Mapping[str, object]) -> str:
    """One block of a template, as one line."""
    return " ".join("".join(template.blocks[name](template.new_context(dict(context)))).split())


def _shown(value: object, language: str, zone: ZoneInfo) -> object:
    if isinstance(value, datetime):
        return format_datetime(value, "d MMM, HH:mm", tzinfo=zone, locale=language)
    return value
