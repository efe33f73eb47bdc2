"""Moving running instances to another version of their process as a change set: seen before, tried, applied once each, told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.bounds import EngineKey, Version
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.fields import Optional
from api.pages.instances import InstanceQuery
from api.problems import Problem
from api.shell import language_of, redirect, render
from history.queries import Instance, ProcessElement, ProcessVersion, Queries
from services.changes import Author, AuthorKind, InvalidChange, NewChangeSet, NewItem
from services.changes.migrations import SYSTEM, migration_field

router = APIRouter(prefix="/changes/migrations", include_in_schema=False)

# More are a matter for several change sets.
MOST_INSTANCES = 500
MOST_RENAMES = 50


class MigrationQuery(InstanceQuery):
    """The instances as on their own page, the version they shall run, and which elements are called otherwise there."""

    to: Optional[Version] = None
    # Written old=new; what has no new one is left empty.
    rename: tuple[Annotated[str, Query(max_length=500)], ...] = ()

    def renames(self) -> dict[str, str]:
        pairs = (each.partition("=") for each in self.rename[:MOST_RENAMES])
        return {old: new for old, _equals, new in pairs if old and new}


@dataclass(frozen=True, slots=True)
class Move:
    """One instance with the elements it is in, and those of them that the other version has not."""

    instance: Instance
    at: Sequence[str]
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, as far as the models tell."""

    versions: Sequence[ProcessVersion]
    target: ProcessVersion | None
    moves: Sequence[Move]
    # Elements that somebody is in and the target has not, with those that could take their place.
    choices: Mapping[str, Sequence[ProcessElement]]
    names: Mapping[str, str]
    ids_before: frozenset[str]
    total: int


@router.get("", name="migrate_instances")
def migrations_page(request: Request, services: Services, query: Annotated[MigrationQuery, Query()]) -> Response:
    queries = services.queries
    return render(
        request,
        "pages/migrations.html",
        query=query,
        plan=_plan(queries, query),
        renames=query.renames(),
        processes=queries.processes(),
        most=MOST_INSTANCES,
    )


@router.post("", name="propose_migration")
async def propose(
    request: Request,
    services: Services,
    principal: SignedIn,
    query: Annotated[MigrationQuery, Query()],
    key: Annotated[list[EngineKey] | None, Form(max_length=MOST_INSTANCES)] = None,
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """The chosen instances; the version they run is compared again when each is moved."""
    plan = await run_in_threadpool(_plan, services.queries, query)
    _ = language_of(request).gettext
    chosen = [each for each in plan.moves if each.instance.key in set(key or ()) and not each.missing]
    if plan.target is None or not chosen:
        raise Problem(422, _("No instance is chosen that can be moved."))
    try:
        field = migration_field(query.renames(), plan.ids_before)
    except InvalidChange as error:
        raise Problem(422, str(error)) from error
    target = plan.target
    title = _("Move %(count)s instances of %(process)s to version %(version)s") % {
        "count": len(chosen),
        "process": target.name or target.bpmn_process_id,
        "version": target.version,
    }
    items = tuple(_item(each, field, target) for each in chosen)
    proposed = await services.changes.propose(NewChangeSet(title[:200], Author(AuthorKind.PERSON, principal.name), items, why))
    note = Flash(_("Proposed. It is there in a moment."))
    return redirect(request, request.url_for("change", set_id=proposed.set_id).path, note)


def _item(move: Move, field: str, target: ProcessVersion) -> NewItem:
    instance = move.instance
    return NewItem(
        SYSTEM,
        str(instance.key),
        field,
        str(target.key),
        str(instance.process_definition_key),
        is_before_known=True,
        record_label=f"{instance.process_name or instance.bpmn_process_id} {instance.key}",
        evidence=f"{instance.bpmn_process_id} {instance.version} → {target.version}: {', '.join(move.at)}"[:1000],
    )


def _plan(queries: Queries, query: MigrationQuery) -> Plan:
    versions = queries.process_versions(query.process) if query.process else []
    usable = [each for each in versions if each.deleted_at is None]
    target = next((each for each in usable if query.to in {None, each.version}), None)
    if target is None:
        return Plan(usable, None, (), {}, {}, frozenset(), 0)
    page = queries.instances(query.as_filter(), limit=MOST_INSTANCES, with_total=True)
    movable = [each for each in page.items if each.ended_at is None and each.process_definition_key != target.key]
    before = _elements(queries, {each.process_definition_key for each in movable})
    after = {each.element_id: each for each in queries.process_elements(target.key)}
    active = queries.active_elements([each.key for each in movable])
    renames = query.renames()
    moves = [
        Move(each, active[each.key], [name for name in active[each.key] if not _is_there(name, renames, before, after)])
        for each in movable
    ]
    lost = {name for at in active.values() for name in at if not _is_there(name, {}, before, after)}
    choices = {
        name: [each for each in after.values() if _is_like(before.get(name), each) and each.element_id not in before]
        for name in sorted(lost)
    }
    names = {each.element_id: each.name or each.element_id for each in (*after.values(), *before.values())}
    return Plan(usable, target, moves, choices, names, frozenset(before), page.total or 0)


def _elements(queries: Queries, definition_keys: set[int]) -> dict[str, ProcessElement]:
    return {each.element_id: each for key in sorted(definition_keys) for each in queries.process_elements(key)}


def _is_there(
    name: str, renames: Mapping[str, str], before: Mapping[str, ProcessElement], after: Mapping[str, ProcessElement]
) -> bool:
    """Whether the other version has the element, as the same kind of element."""
    found = after.get(renames.get(name, name))
    return found is not None and _is_like(before.get(name), found)


def _is_like(element: ProcessElement | None, other: ProcessElement) -> bool:
    return element is not None and element.element_type == other.element_type
