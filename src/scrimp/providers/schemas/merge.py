"""A schema without its allOf: what several schemas say of one value, put together in one."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.answers.schema_reply import resolved
from scrimp.providers.schemas.limits import UntranslatableError, as_list, as_object
from scrimp.values import Json, JsonObject

# Words that say what kind of value it is, besides `required`, which can always be merged.
SHAPE = frozenset(("type", "properties", "items", "prefixItems", "enum", "const"))
_STRUCTURE = SHAPE | {"additionalProperties", "unevaluatedProperties", "patternProperties", "anyOf", "oneOf"}
_MAX_DEPTH = 50  # of allOf within allOf


def merged(schema: JsonObject, whole: JsonObject, leave_out: Callable[[str], None], depth: int = 0) -> JsonObject:
    """Return a schema with the parts of its allOf put together; `whole` is what references are resolved in.

    `leave_out` is called with each constraint that two parts have; only the first is kept. UntranslatableError
    where two parts say something of the value that no single one could.
    """
    if depth > _MAX_DEPTH:
        raise UntranslatableError("schemas that refer to themselves")
    result = {name: value for name, value in schema.items() if name not in ("allOf", "$ref")}
    parts = [*as_list(schema.get("allOf")), *([resolved(whole, schema["$ref"])] if "$ref" in schema else ())]
    for part in parts:
        if not isinstance(part, dict):
            raise UntranslatableError("allOf with such parts")
        single = merged(part, whole, leave_out, depth + 1) if {"allOf", "$ref"} & part.keys() else part
        result = _both(result, single, leave_out)
    return result


def _both(one: JsonObject, other: JsonObject, leave_out: Callable[[str], None]) -> JsonObject:
    result = dict(one)
    for name, value in other.items():
        if name not in one or one[name] == value:
            result[name] = value
        elif name == "properties":
            result[name] = _properties(as_object(one[name]), as_object(value))
        elif name == "required":
            result[name] = [*as_list(one[name]), *(each for each in as_list(value) if each not in as_list(one[name]))]
        elif name in _STRUCTURE:
            raise UntranslatableError(f"allOf with two of {name}")
        else:
            leave_out(name)
    return result


def _properties(one: JsonObject, other: JsonObject) -> JsonObject:
    result = dict(one)
    for name, part in other.items():
        both: list[Json] = [one.get(name), part]
        result[name] = {"allOf": both} if name in one and one[name] != part else part
    return result
