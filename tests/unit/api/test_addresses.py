"""Addresses by name are Starlette's own, found faster."""

import pytest
from starlette.routing import NoMatchFound, Route, Router

from api.addresses import Addresses


async def page(_request) -> None:
    """Never asked."""


ROUTES = [
    Route("/list", page, name="list"),
    Route("/list/{key:int}", page, name="one"),
    Route("/list/{key:int}/parts/{name}", page, name="part"),
    Route("/files/{path:path}", page, name="file"),
]
ROUTER = Router(ROUTES)
ADDRESSES = Addresses(ROUTES, ROUTER.url_path_for)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("list", {}),
        ("one", {"key": 2251799813685249}),
        ("part", {"key": 1, "name": "grüße & {braces}"}),
        ("file", {"path": "a/b.txt"}),
    ],
)
def test_an_address_is_the_one_that_starlette_finds(name: str, parameters: dict[str, object]) -> None:
    assert ADDRESSES.url_for(name, **parameters) == str(ROUTER.url_path_for(name, **parameters))


@pytest.mark.parametrize("parameters", [{}, {"key": 1, "other": 2}])
def test_a_name_with_other_parameters_is_no_address(parameters: dict[str, object]) -> None:
    with pytest.raises(NoMatchFound):
        ADDRESSES.url_for("one", **parameters)


def test_a_value_that_would_lead_elsewhere_is_refused() -> None:
    with pytest.raises(AssertionError):
        ADDRESSES.url_for("part", key=1, name="../../admin")
