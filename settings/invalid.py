"""Settings that cannot be used, told by the names that somebody gave them."""

import os
import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

PREFIX = "PENSTOCK_"


def explained(error: ValidationError | SettingsError) -> str:
    """A line for each: the variable, where it stands, and what is wrong with it; never its value, which may be a secret."""
    if isinstance(error, SettingsError):
        # What stands for a list or a mapping is read as JSON before anything is checked.
        named = re.search(r'field "(\w+)"', str(error))
        found = [_line(named[1] if named else "", "is no JSON, as lists and mappings are to be")]
    else:
        found = [_line(str(each["loc"][0]), _told(each)) for each in error.errors(include_url=False) if each["loc"]]
    return "\n".join([*found, "docs/reference/settings.md names every setting with its values and default."])


def _line(name: str, trouble: str) -> str:
    variable = f"{PREFIX}{name.upper()}"
    if variable in os.environ:
        return f"{variable} {trouble}"
    if f"{variable}_FILE" in os.environ:
        return f"{variable} (from the file that {variable}_FILE names) {trouble}"
    return f"{variable} (not in the environment: from .env or Vault) {trouble}"


def _told(each: ErrorDetails) -> str:
    inside = ".".join(str(part) for part in each["loc"][1:])
    said = each["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{inside}: {said}".removeprefix(": ")
