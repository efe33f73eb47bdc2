"""One variable of many process instances, edited as a change set: seen before, applied once each, taken back."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.bounds import EngineKey
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.instances import InstanceQuery
from api.pages.variables import parsed, value_of
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from history.queries import Instance
from services.changes import Author, AuthorKind, Json, NewChangeSet, NewItem, difference

router = APIRouter(prefix="/changes/variables", include_in_schema=False)

VARIABLES = "variables"
# More are a matter for several change sets.
MOST_INSTANCES = 500


class EditQuery(InstanceQuery):
    """The instances as on their own page, and what shall be set in them."""

    edit: Annotated[str, Query(max_length=200)] = ""
    to: Annotated[str, Query(max_length=20_000)] = ""


@router.get("", name="edit_variables")
def variables_page(request: Request, services: Services, query: Annotated[EditQuery, Query()]) -> Response:
    instances, total = _instances(services, query)
    held = _held(services, instances, query.edit)
    wanted = value_of(query.to)
    return render(
        request,
        "pages/variable_edits.html",
        query=query,
        instances=instances,
        total=total,
        most=MOST_INSTANCES,
        differences={key: difference(value, wanted) for key, value in held.items()} if query.edit else {},
        unchanged={key for key, value in held.items() if value == wanted},
    )


@router.post("", name="propose_variables")
async def propose(
    request: Request,
    services: Services,
    principal: SignedIn,
    query: Annotated[EditQuery, Query()],
    edit: Annotated[str, Form(min_length=1, max_length=200)],
    to: Annotated[str, Form(max_length=20_000)] = "",
    key: Annotated[list[EngineKey] | None, Form(max_length=MOST_INSTANCES)] = None,
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """The chosen instances, with the values that the page showed compared again when they are set."""
    instances, _total = await run_in_threadpool(_instances, services, query)
    chosen = [each for each in instances if each.key in set(key or ())]
    held = await run_in_threadpool(_held, services, chosen, edit)
    wanted = value_of(to)
    items = tuple(
        NewItem(VARIABLES, str(each.key), edit, wanted, held[each.key], is_before_known=True, record_label=_label(each))
        for each in chosen
        if held[each.key] != wanted
    )
    _ = language_of(request).gettext
    if not items:
        raise Problem(422, _("No instance is chosen whose value would change."))
    title = _("Set %(name)s in %(count)s instances") % {"name": edit, "count": len(items)}
    new = NewChangeSet(title[:200], Author(AuthorKind.PERSON, principal.name), items, why)
    proposed = await services.changes.propose(new)
    return redirect(
        request, request.url_for("change", set_id=proposed.set_id).path, Flash(_("Proposed. It is there in a moment."))
    )


def _instances(services: ApiServices, query: EditQuery) -> tuple[list[Instance], int]:
    page = services.queries.instances(query.as_filter(), limit=MOST_INSTANCES, with_total=True)
    return [each for each in page.items if each.ended_at is None], page.total or 0


def _held(services: ApiServices, instances: list[Instance], name: str) -> dict[int, Json]:
    """What each instance's own variable of this name holds; null where there is none."""
    found = services.queries.variables_of([each.key for each in instances], [name]) if name else {}
    return {each.key: parsed(found.get(each.key, {})).get(name) for each in instances}


def _label(instance: Instance) -> str:
    return f"{instance.process_name or instance.bpmn_process_id} {instance.key}"
