"""How the processes log: one event a line, readable or JSON."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict

from services.personal_data import mask, unmask
from settings import Settings

# What could be an address, a number of somebody's, or a secret; everything else needs no slow look.
_SUSPICIOUS = re.compile(r"@|(?:\d[ ().-]?){7}|sk-|gh[po]_|eyJ|xox|AKIA|AIza|BEGIN|passw|парол", re.IGNORECASE)
# Ours, and numbers by nature.
_OURS = re.compile(r"_.*|timestamp|.*_(?:key|id)|correlation_id|position|logger|level")
_LONGEST = 20_000


def without_personal_data(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Mask whatever a line of the log holds: the last guard, for what a library or an exception says."""
    return {name: value if _OURS.fullmatch(name) else _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:  # noqa: ANN401  # whatever is logged
    if isinstance(value, str):
        return _masked_text(value) if _SUSPICIOUS.search(value) else value
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    # A path or an exception is written by its str().
    return value if isinstance(value, int | float | bool | None) else _masked_or_same(value)


def _masked_or_same(value: object) -> object:
    text = str(value)
    masked = _masked_text(text) if _SUSPICIOUS.search(text) else text
    return value if masked == text else masked


def _masked_text(text: str) -> str:
    found = mask(text[:_LONGEST])
    # Where a server listens is no secret of a person.
    return unmask(found.text, {mark: original for mark, original in found.originals.items() if mark.startswith("[IP_")})


def configure_logs(settings: Settings) -> None:
    """Set up structlog, and the standard library's loggers of the libraries, alike."""
    level = getattr(logging, settings.log_level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        # Made text first: what an exception says may be personal, too.
        structlog.processors.format_exc_info,
        without_personal_data,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    # A plain traceback shows no local variables: those may be personal.
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
