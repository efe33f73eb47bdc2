"""The built-in functions, a module per chapter of their documentation. Importing this package registers them all."""

from engine.feel.functions import boolean, context, conversion, lists, numeric, ranges, string, temporal, zeebe
from engine.feel.functions.registry import Builtin, builtin_names, overloads

__all__ = [
    "Builtin",
    "boolean",
    "builtin_names",
    "context",
    "conversion",
    "lists",
    "numeric",
    "overloads",
    "ranges",
    "string",
    "temporal",
    "zeebe",
]
