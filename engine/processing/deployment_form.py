"""Forms: JSON files with an id."""

from base64 import b64encode

import msgspec

from engine.processing.commands import DeployedForm, Resource
from engine.processing.deployment_records import Metadata, form_value
from engine.processing.engine import Engine
from engine.processing.entities import DeployedResource, Kind
from engine.processing.records import to_json


class InvalidForm(Exception):
    """The file is no form."""


def read(resource: Resource) -> str:
    """The form's id.

    Raises:
        InvalidForm: the file is no JSON object, or has no id.
    """
    try:
        form = msgspec.json.decode(resource.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidForm(f"'{resource.name}': {error}") from error
    if not isinstance(form, dict):
        raise InvalidForm(f"'{resource.name}': a form is a JSON object")
    form_id = form.get("id")
    if form_id is None:
        raise InvalidForm("Expected the form id to be present, but none given")
    if isinstance(form_id, bool | int | float):
        # Whoever writes a number or a truth without quotes means its text.
        form_id = to_json(form_id)
    if not isinstance(form_id, str) or not form_id.strip():
        raise InvalidForm("Expected the form id to be filled, but it is blank")
    return form_id


def deploy(engine: Engine, resource: Resource, checksum: str, form_id: str, metadata: Metadata) -> DeployedForm:
    """A new version of a form, unless it is the latest already."""
    forms = engine.catalog.forms
    form = forms.latest(metadata.tenant_id, form_id)
    is_duplicate = form is not None and form.checksum == checksum and form.resource_name == resource.name
    if form is None or not is_duplicate:
        form = DeployedResource(
            engine.next_key(),
            Kind.FORM,
            form_id,
            forms.version_after_latest(metadata.tenant_id, form_id),
            resource.name,
            checksum,
            resource.content,
            tenant_id=metadata.tenant_id,
        )
        forms.add(form)
        engine.state.add(form)
        value = form_value(form) | {"resource": b64encode(form.content).decode()}
        engine.log.append("FORM", "CREATED", form.key, to_json(value))
    metadata.add_form(form, is_duplicate=is_duplicate)
    return DeployedForm(form.id, form.version, form.key, form.resource_name, form.tenant_id)
