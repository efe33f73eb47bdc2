"""The web application: pages and REST on the ports it is given."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from api import events, health
from api.addresses import Addresses
from api.assets import load_assets
from api.auditing import Auditing, Snapshots
from api.body_limit import BodyLimit
from api.clicks_first import ClicksFirst
from api.cookies import Cookies
from api.csrf import Csrf
from api.errors import answer_errors
from api.events import AsOf, Broadcaster
from api.gate import Gate
from api.i18n import load_languages
from api.measuring import Measuring
from api.own_pages import OwnPagesOnly
from api.pages import (
    account,
    accounts,
    assistant,
    audit,
    background,
    changes,
    classifier,
    connections,
    directories,
    editor,
    finance,
    finance_close,
    finance_imports,
    finance_rates,
    finance_versions,
    heat_map,
    held_mails,
    inbox,
    incidents,
    instance,
    instance_modification,
    instances,
    knowledge,
    login,
    migrations,
    model_import,
    notification_log,
    notification_settings,
    notifications,
    own_crm,
    portal,
    portal_ticket,
    privacy,
    processes,
    related,
    reports,
    sign_in_elsewhere,
    sla,
    sla_calendars,
    start,
    ticket,
    variable_edits,
)
from api.pages import tickets as ticket_pages
from api.permissions import rule_for_route
from api.rate_limit import RateLimits
from api.rest import accounts as rest_accounts
from api.rest import assistant as rest_assistant
from api.rest import changes as rest_changes
from api.rest import (
    correspondence,
    crm_hooks,
    decisions,
    deployments,
    drafts,
    me,
    messages,
    models,
    openapi,
    tickets,
    user_tasks,
)
from api.rest import directories as rest_directories
from api.rest import finance as rest_finance
from api.rest import heat_map as rest_heat_map
from api.rest import incidents as rest_incidents
from api.rest import instance as rest_instance
from api.rest import instances as rest_instances
from api.rest import knowledge as rest_knowledge
from api.rest import processes as rest_processes
from api.rest import reports as rest_reports
from api.rest import sla as rest_sla
from api.security_headers import SecurityHeaders
from api.services import ApiServices
from api.shell import make_shell
from api.tracing import Tracing
from services import tracing

ROUTERS: Sequence[APIRouter] = (
    health.router,
    events.router,
    login.router,
    sign_in_elsewhere.router,
    start.router,
    openapi.router,
    account.router,
    accounts.router,
    inbox.router,
    variable_edits.router,
    migrations.router,
    changes.router,
    directories.router,
    own_crm.router,
    connections.router,
    instances.router,
    instance.router,
    instance_modification.router,
    incidents.router,
    processes.router,
    heat_map.router,
    editor.router,
    model_import.router,
    reports.router,
    sla_calendars.router,
    sla.router,
    held_mails.router,
    ticket_pages.router,
    ticket.router,
    portal.router,
    portal_ticket.router,
    notification_settings.router,
    background.router,
    notification_log.router,
    notifications.router,
    knowledge.router,
    assistant.router,
    finance_imports.router,
    finance_versions.router,
    finance_rates.router,
    finance_close.router,
    finance.router,
    classifier.router,
    related.router,
    audit.router,
    privacy.router,
)
REST_PREFIX = "/api/v1"
REST_ROUTERS: Sequence[APIRouter] = (
    tickets.router,
    correspondence.router,
    crm_hooks.router,
    rest_changes.router,
    rest_directories.router,
    rest_finance.router,
    rest_processes.router,
    rest_instances.router,
    rest_instance.router,
    rest_incidents.router,
    user_tasks.router,
    messages.router,
    decisions.router,
    deployments.router,
    models.router,
    drafts.router,
    rest_heat_map.router,
    rest_sla.router,
    rest_accounts.router,
    rest_knowledge.router,
    rest_assistant.router,
    rest_reports.router,
    me.router,
)
YEAR = "public, max-age=31536000, immutable"


class RouteWithoutRule(Exception):
    """A route that nobody may use: api.permissions names no rule for it."""


def create_app(services: ApiServices) -> FastAPI:
    """The application; it keeps nothing between requests but connections."""
    require_rules()
    values = services.values
    cookies, csrf = Cookies(values.secret_key), Csrf(values.secret_key)

    def snapshots_of(tenant_id: str) -> Snapshots:
        return (services.of_tenant(tenant_id) if services.of_tenant else services).snapshots

    app = FastAPI(
        title="Penstock",
        version=values.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        middleware=[
            *([Middleware(Tracing, tracer=tracing.current())] if tracing.current().is_on else []),
            Middleware(Measuring, metrics=services.metrics),
            Middleware(SecurityHeaders),
            Middleware(Gate, identities=services.identities, cookies=cookies),
            Middleware(RateLimits, limits=services.limits, metrics=services.metrics),
            Middleware(ClicksFirst),
            Middleware(BodyLimit, max_json_bytes=values.max_json_bytes, max_upload_bytes=values.max_upload_bytes),
            Middleware(OwnPagesOnly, csrf=csrf),
            Middleware(AsOf),
            Middleware(Auditing, log=services.audit, snapshots_of=snapshots_of, mask=services.mask),
        ],
    )
    app.state.services = services
    app.state.broadcaster = Broadcaster(services.queries, values.events_interval_s)
    languages = load_languages(values.translations, values.language)
    pages = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
    addresses = Addresses(pages, app.url_path_for)
    app.state.shell = make_shell(values.templates, languages, load_assets(values.static), cookies, csrf, addresses)
    answer_errors(app, all_routes())
    for router in ROUTERS:
        app.include_router(router)
    for router in REST_ROUTERS:
        app.include_router(router, prefix=REST_PREFIX)
    app.mount("/static", HashedFiles(directory=values.static), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.broadcaster.stop()
    for close in app.state.services.closing:
        close()


class HashedFiles(StaticFiles):
    """Built files carry a hash in their names, so a browser may keep them for good; the manifest does not."""

    def file_response(self, full_path, stat_result, scope, status_code=200):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache" if str(full_path).endswith(".json") else YEAR
        return response


def all_routes() -> list[tuple[str, str]]:
    """Method and path, with its {parameters}, of every route."""
    pages = [(method, path) for router in ROUTERS for method, path in _routes_of(router)]
    return pages + [(method, REST_PREFIX + path) for router in REST_ROUTERS for method, path in _routes_of(router)]


def _routes_of(router: APIRouter) -> Iterator[tuple[str, str]]:
    for route in router.routes:
        if isinstance(route, Route):
            yield from ((method, route.path) for method in sorted(route.methods or ()))


def require_rules() -> None:
    """Refuse a route without a rule: it would answer nobody, and only a user would find out.

    Raises:
        RouteWithoutRule: it names the route.
    """
    for method, path in all_routes():
        if rule_for_route(method, path) is None:
            raise RouteWithoutRule(f"{method} {path}: add a rule to api/permissions.py")
