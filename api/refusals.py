"""How a Problem is answered: as JSON to programs, as a page to people."""

from starlette.requests import Request
from starlette.responses import Response

from api.problems import Problem, problem_response, wants_json
from api.shell import language_of, render


def refuse(request: Request, problem: Problem) -> Response:
    if wants_json(request):
        return problem_response(request, problem)
    reason = language_of(request).refused(problem.detail)
    return render(
        request, "pages/problem.html", problem=problem, reason=reason, status_code=problem.status, headers=problem.headers
    )
