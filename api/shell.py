"""The shell that every page plugs into: `render(request, "pages/inbox.html", tasks=…)`.

Templates get finished values, and beside what the page passes:

    user            the Principal, None for a stranger: .name .display_name .roles .groups .may("operator", …)
    nav             groups of links this account may open
    language        "en" or "ru"; `languages` are all, with .code and .name
    _ gettext ngettext, and {% trans %}
    csrf_token      for <input name="csrf_token"> and the X-CSRF-Token header
    flashes         notes of the last answer: .message .tone .address
    assets          addresses of the built files (api.assets)
    theme           "light", "dark" or "system"
    now             this moment, in UTC
    live_token      what the read models held when the request began (api.events); empty where that is not known
    url_for         the address of a route by its name: url_for("instance", key=…)

and the filters of `api.formats`: moment, day, clock_time, number, percent, duration; `model_text` for names out of models,
`element_type` and `incident_type` for their kinds, and `refused` for what an error said or a ticket's history keeps.
A `_fragment.html` is rendered by the same call. `redirect` answers a form, with a note for the next page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.addresses import Addresses
from api.assets import Assets
from api.cookies import FLASH_COOKIE, Cookies, Flash, forget_cookie, set_cookie
from api.csrf import VISIT_COOKIE, Csrf, new_visit
from api.element_types import element_type_names
from api.formats import filters
from api.i18n import Language, Languages
from api.incident_types import incident_type_names
from api.navigation import navigation
from api.principal import principal_of
from api.privacy_desk import ERASED
from api.security_headers import EDITOR_POLICY

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Shell:
    """What rendering needs; made once by `api.app`."""

    languages: Languages
    environments: Mapping[str, Environment]
    assets: Assets
    cookies: Cookies
    csrf: Csrf
    addresses: Addresses


def make_shell(
    templates: Path, languages: Languages, assets: Assets, cookies: Cookies, csrf: Csrf, addresses: Addresses
) -> Shell:
    environments = {code: _environment(templates, language) for code, language in languages.by_code.items()}
    return Shell(languages, environments, assets, cookies, csrf, addresses)


def language_of(request: Request) -> Language:
    """The language this request reads: `.gettext`, `.ngettext`, `.locale`."""
    return _shell(request).languages.of(request)


def render(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    is_editor: bool = False,
    **context: Any,  # noqa: ANN401  # a template's values
) -> HTMLResponse:
    """A page or fragment in the reader's language. `is_editor` admits the style elements that editors write."""
    shell = _shell(request)
    language = shell.languages.of(request)
    flashes = shell.cookies.flashes(request)
    visit = _visit_to_begin(request)
    text = (
        shell.environments[language.code].get_template(template).render(_context(request, shell, language, flashes) | context)
    )
    response = HTMLResponse(text, status_code, headers=dict(headers or {}))
    response.headers["Vary"] = "Accept-Language, Cookie"
    if is_editor:
        response.headers["Content-Security-Policy"] = EDITOR_POLICY
    if flashes:
        forget_cookie(request, response, FLASH_COOKIE)
    if visit:
        set_cookie(request, response, VISIT_COOKIE, visit, max_age=86_400)
    return response


def redirect(request: Request, address: str, *notes: Flash) -> RedirectResponse:
    """Go on to another page of ours, with notes for it."""
    response = RedirectResponse(address, 303)
    if notes:
        _shell(request).cookies.keep_flashes(request, response, list(notes))
    return response


def local_address(address: str | None, otherwise: str = "/") -> str:
    """An address within this site; anything that could lead elsewhere becomes the other one."""
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return otherwise
    return address if address.isprintable() else otherwise


def _context(request: Request, shell: Shell, language: Language, flashes: list[Flash]) -> dict[str, Any]:
    principal = principal_of(request)
    theme = request.cookies.get("theme", "")
    return {
        "request": request,
        "user": principal,
        "nav": navigation(principal, language, request.url.path),
        "language": language.code,
        "languages": list(shell.languages.by_code.values()),
        "csrf_token": shell.csrf.token(request),
        "flashes": flashes,
        "assets": shell.assets,
        "theme": theme if theme in THEMES else "system",
        "now": datetime.now(UTC),
        "live_token": getattr(request.state, "live_token", ""),
        "url_for": shell.addresses.url_for,
    }


def _visit_to_begin(request: Request) -> str:
    """A stranger's first page begins a visit, so that the form on it can be told from another site's."""
    if principal_of(request) is not None or request.cookies.get(VISIT_COOKIE):
        return ""
    request.state.visit = new_visit()
    visit: str = request.state.visit
    return visit


class CompiledOnce(BytecodeCache):
    """Keeps what a template was compiled to, so that a process compiles it once and not once a language."""

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        known = self._code.get(bucket.key)
        if known is not None and known[0] == bucket.checksum:
            bucket.code = known[1]

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED = CompiledOnce()


def _environment(templates: Path, language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        bytecode_cache=_COMPILED,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=partial(_written, language.gettext("(erased)")),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(language.translations)  # type: ignore[attr-defined]  # by i18n
    environment.policies["ext.i18n.trimmed"] = True
    # Values are shown to people, too: Cyrillic stays Cyrillic. What could end a script is escaped all the same.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False}
    environment.filters.update(filters(language))
    environment.filters["model_text"] = language.model_text
    environment.filters["refused"] = language.refused
    environment.filters["incident_type"] = incident_type_names(language)
    environment.filters["element_type"] = element_type_names(language)
    return environment


def _written(erased: str, value: object) -> object:
    """What stands where a customer's data was erased is told in the reader's language, whatever page shows it."""
    return erased if isinstance(value, str) and value == ERASED else value


def _shell(request: Request) -> Shell:
    shell: Shell = request.app.state.shell
    return shell
