"""The classifier: how far it can be believed, what people corrected, and which version answers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.classifier_desk import ClassifierRefused, VersionShown
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.problems import Problem
from api.shell import language_of, redirect, render

router = APIRouter(include_in_schema=False)

# The curve's square, in the units of its picture.
SIDE = 300.0


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Where a point of the calibration curve is drawn, and what it says."""

    x: float
    y: float
    radius: float
    confidence: float
    accuracy: float
    count: int


@router.get("/classifier", name="classifier")
def classifier_page(request: Request, services: Services, user: SignedIn) -> Response:
    shown = services.classifier.shown()
    card: Mapping[str, Any] = shown.champion.card if shown.champion else {}
    return render(
        request,
        "pages/classifier.html",
        shown=shown,
        card=card,
        curve=curve_points(card),
        side=SIDE,
        challenger=_last_challenger(shown.versions),
        may_change=user.may("manager"),
    )


@router.post("/classifier/learn", name="classifier_learn")
def learn(request: Request, services: Services, user: SignedIn) -> Response:
    services.classifier.learn(user.name)
    note = language_of(request).gettext("A challenger is being trained; it appears below when it has met the champion.")
    return redirect(request, "/classifier", Flash(note))


@router.post("/classifier/precision", name="classifier_precision")
def set_precision(
    request: Request, services: Services, user: SignedIn, precision: Annotated[float, Form(ge=0.5, lt=1)]
) -> Response:
    try:
        services.classifier.set_precision(precision, user.name)
    except ClassifierRefused as error:
        return redirect(request, "/classifier", Flash(language_of(request).refused(str(error)), "bad"))
    note = language_of(request).gettext("The threshold follows the asked precision; workers use it within seconds.")
    return redirect(request, "/classifier", Flash(note))


@router.post("/classifier/versions/{number:int}/champion", name="classifier_put_back")
def put_back(request: Request, services: Services, number: int) -> Response:
    if number not in {each.number for each in services.classifier.shown().versions}:
        raise Problem(404, f"there is no classifier version {number} that could be put back")
    try:
        services.classifier.put_back(number)
    except ClassifierRefused as error:
        return redirect(request, "/classifier", Flash(language_of(request).refused(str(error)), "bad"))
    note = language_of(request).gettext("Version %(number)s answers from now on.") % {"number": number}
    return redirect(request, "/classifier", Flash(note))


@router.get("/tickets/{ticket_id}/category", name="ticket_category")
def category_form(request: Request, services: Services, ticket_id: str) -> Response:
    """The part of a ticket's page by which staff name another category."""
    ticket = services.intake.ticket(ticket_id)
    labels = services.classifier.labels()
    return render(request, "pages/_ticket_category.html", ticket=ticket, labels=labels, request_id=uuid.uuid4().hex)


@router.post("/tickets/{ticket_id}/category")
def correct_category(
    request: Request,
    services: Services,
    user: SignedIn,
    ticket_id: str,
    category: Annotated[str, Form(min_length=1, max_length=100)],
    request_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Name a ticket's category; the classifier learns from it."""
    _ = language_of(request).gettext
    address = request.app.url_path_for("ticket", ticket_id=ticket_id)
    if category not in services.classifier.labels():
        return redirect(request, address, Flash(_("There is no such category."), "bad"))
    try:
        services.classifier.correct(
            ticket_id, category, made_by=user.name, request_id=f"{user.name}:{request_id or uuid.uuid4().hex}"
        )
    except ClassifierRefused as error:
        return redirect(request, address, Flash(language_of(request).refused(str(error)), "bad"))
    return redirect(request, address, Flash(_("The category is changed, and the classifier learns from it.")))


def curve_points(card: Mapping[str, Any]) -> list[CurvePoint]:
    """The calibration curve of a card: to the right the confidence given, upwards the share that was right."""
    points: Sequence[Mapping[str, float]] = card.get("calibration") or ()
    most = max((each["count"] for each in points), default=1)
    return [
        CurvePoint(
            x=round(each["confidence"] * SIDE, 1),
            y=round((1 - each["accuracy"]) * SIDE, 1),
            # The area says how many answers a point speaks for.
            radius=round(3 + 9 * (each["count"] / most) ** 0.5, 1),
            confidence=each["confidence"],
            accuracy=each["accuracy"],
            count=int(each["count"]),
        )
        for each in points
    ]


def _last_challenger(versions: Sequence[VersionShown]) -> VersionShown | None:
    return next((each for each in versions if each.comparison), None)
