"""A form sends its fields in the body: no page may look for one of them in the address, where it never stands."""

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.app import ROUTERS


def is_filter(annotation: object) -> bool:
    """A list's filter, which its forms repeat in their address on purpose, is one model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def test_no_form_looks_for_a_field_in_its_address() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    forms = [route for route in routes if "POST" in route.methods]

    misplaced = [
        f"{route.path}: {field.name}"
        for route in forms
        for field in get_flat_params(route.dependant)
        if isinstance(field.field_info, Query) and not is_filter(field.field_info.annotation)
    ]

    assert len(forms) > 80
    assert misplaced == []
