"""How a Problem is answered: as JSON to programs, as a page to people."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from api.csrf import SAFE_METHODS
from api.problems import Problem, problem_response, wants_json
from api.shell import language_of, local_address, render


def refuse(request: Request, problem: Problem) -> Response:
    if wants_json(request):
        return problem_response(request, problem)
    return render(
        request,
        "pages/problem.html",
        problem=problem,
        reason=language_of(request).refused(problem.detail),
        again=_again(request),
        status_code=problem.status,
        headers=problem.headers,
    )


def _again(request: Request) -> str:
    """Where to try again: the page itself, or the one whose form was refused, for a form's address is seldom a page."""
    if request.method in SAFE_METHODS:
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    form = urlsplit(request.headers.get("referer", ""))
    if form.netloc != request.url.netloc:
        return ""
    return local_address(f"{form.path}?{form.query}" if form.query else form.path, "")
