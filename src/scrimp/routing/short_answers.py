"""Whether a prompt wants a short answer that models can be compared by: a label, an option, a number, closed JSON."""

from __future__ import annotations

from scrimp.routing.prior.demands import Told
from scrimp.values import Json, JsonObject, Parameters

# "Reply with the code alone" wants no label: what these demand is never the same twice.
_COMPARABLE = frozenset((
    "exam question", "word problem", "mathematics", "competition mathematics", "puzzle", "code reading",
    "classification", "question", "open-ended", "long text",
))  # fmt: skip
_CLOSED_TYPES = frozenset(("boolean", "integer", "number", "null"))
_CLOSED_FORMATS = frozenset(("date", "time", "date-time", "email", "uri", "uuid"))
_LONGEST_STRING = 40  # characters
_MAX_DEPTH = 8


def short_answer(told: Told, parameters: Parameters) -> str:
    """Return the words for what tells that the answer is short; empty if it may be long, or cannot be compared."""
    if parameters.choices:
        return "--choices"
    if parameters.schema is not None:
        return "--schema of closed fields" if _is_closed(parameters.schema) else ""
    return told.short_answer if told.demand in _COMPARABLE else ""


def _is_closed(schema: JsonObject) -> bool:
    """Return whether two models that are right write the same: labels, numbers, dates and short strings alone."""
    return _closed(schema, 0)


def _closed(schema: Json, depth: int) -> bool:
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return False
    if "enum" in schema or "const" in schema:
        return True
    properties, items, kind = schema.get("properties"), schema.get("items"), schema.get("type")
    if isinstance(properties, dict):
        return bool(properties) and all(_closed(each, depth + 1) for each in properties.values())
    if items is not None:
        return _closed(items, depth + 1)
    kinds = set(kind) if isinstance(kind, list) else {kind}
    if kinds == {"string"}:
        longest = schema.get("maxLength")
        return schema.get("format") in _CLOSED_FORMATS or (isinstance(longest, int) and longest <= _LONGEST_STRING)
    return kinds <= _CLOSED_TYPES
