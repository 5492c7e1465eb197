"""What a provider takes of JSON Schema, and whether a schema keeps within it."""

from __future__ import annotations

from msgspec import Struct

from scrimp.values import Json, JsonObject


class SchemaForm(Struct, frozen=True, kw_only=True):
    """What a provider takes; 0 stands for no limit."""

    all_required: bool = False  # an optional property is a required one that may be null
    closed: bool = False  # every object forbids other properties
    recursive: bool = False  # a schema may refer to itself
    whole_is_object: bool = False  # a list or another value stands in an object
    kept: frozenset[str] = frozenset()  # constraints that are taken
    formats: frozenset[str] = frozenset()  # string formats
    least_items: int = 0  # the highest minItems
    max_depth: int = 0
    max_properties: int = 0
    max_enum_values: int = 0
    max_optional: int = 0
    max_unions: int = 0


class UntranslatableError(Exception):
    """A schema means values that a form has no words for; the message says what the schema has, in the plural."""


def check_limits(schema: JsonObject, form: SchemaForm) -> None:
    """Raise UntranslatableError if a schema has more of something than the form allows."""
    counts = _Counts()
    _count(schema, counts, 0)
    for limit, count, words in (
        (form.max_properties, counts.properties, "properties"),
        (form.max_optional, counts.optional, "optional properties"),
        (form.max_unions, counts.unions, "alternatives of type"),
        (form.max_enum_values, counts.enum_values, "values of enum"),
        (form.max_depth, counts.depth, "levels"),
    ):
        if limit and count > limit:
            raise UntranslatableError(f"more than {limit:,} {words}")


class _Counts(Struct):
    """What a form may limit."""

    properties: int = 0
    optional: int = 0
    unions: int = 0
    enum_values: int = 0
    depth: int = 0


def _count(schema: Json, counts: _Counts, depth: int) -> None:
    if not isinstance(schema, dict):
        return
    properties = as_object(schema.get("properties"))
    depth += bool(properties)
    counts.depth = max(counts.depth, depth)
    counts.properties += len(properties)
    if properties:
        counts.optional += len(properties) - len(as_list(schema.get("required")))
    counts.unions += "anyOf" in schema or isinstance(schema.get("type"), list)
    counts.enum_values += len(as_list(schema.get("enum")))
    for part in (*properties.values(), schema.get("items"), *as_list(schema.get("anyOf"))):
        _count(part, counts, depth)
    for part in as_object(schema.get("$defs")).values():
        _count(part, counts, 0)


def as_list(value: Json) -> list[Json]:
    """Return a list, an empty one for any other value."""
    return value if isinstance(value, list) else []


def as_object(value: Json) -> JsonObject:
    """Return an object, an empty one for any other value."""
    return value if isinstance(value, dict) else {}
