"""JSON that a model wrote for a schema, as the schema means it.

Some providers take a narrower kind of schema: every property is required, so one that is left out comes as null, and
the whole must be an object, so a list comes as {"value": [...]}. Whichever model answers, such a null or such an object
is taken out again where the schema itself refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from scrimp.answers.schema import Validator, part_validator, validator_for
from scrimp.values import Json, JsonObject

# The property that holds a value which is not an object, where only objects are taken.
WRAPPER = "value"
_MAX_DEPTH = 100  # of references without a value between them


class SchemaReply(Struct, frozen=True):
    """A value as the schema means it, and what is wrong with it in words (None: nothing)."""

    value: Json
    wrong: str | None


def reader_for(schema: JsonObject) -> Callable[[Json], SchemaReply]:
    """Return a function that reads a value a model wrote; ConfigError if the schema is not a JSON Schema."""
    first_error = validator_for(schema)
    parts = _Parts(schema)
    wrapped = not describes_object(schema, schema)

    def read(value: Json) -> SchemaReply:
        replies: list[SchemaReply] = []
        for candidate in _candidates(value, parts, wrapped=wrapped):
            replies.append(SchemaReply(candidate, first_error(candidate)))
            if replies[-1].wrong is None:
                return replies[-1]
        return replies[1]  # the likeliest reading, without nulls that are not at fault

    return read


def _candidates(value: Json, parts: _Parts, *, wrapped: bool) -> Iterator[Json]:
    """Yield what a value may mean, the likeliest first."""
    if wrapped and isinstance(value, dict) and value.keys() == {WRAPPER}:
        yield value[WRAPPER]
        yield parts.without_nulls("", value[WRAPPER])
    yield value
    yield parts.without_nulls("", value)


def describes_object(schema: Json, whole: JsonObject) -> bool:
    """Return whether every value of a schema is an object, as far as its outer keywords say."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(schema, dict):
            return False
        if "$ref" in schema:
            schema = resolved(whole, schema["$ref"])
        elif "type" in schema:
            return schema["type"] in ("object", ["object"])
        elif (parts := _list(schema.get("allOf"))) and "properties" not in schema:
            schema = parts[0]
        else:
            return "properties" in schema
    return False


def pointer_of(reference: Json) -> str | None:
    """Return the JSON pointer of a reference within its document ("#/$defs/a"), None for any other reference."""
    if not isinstance(reference, str) or not reference.startswith("#") or reference[1:2] not in ("", "/"):
        return None
    return reference[1:]


def resolved(whole: JsonObject, reference: Json) -> Json:
    """Return the part of a schema a reference means; None if it means none."""
    pointer = pointer_of(reference)
    if pointer is None:
        return None
    from urllib.parse import unquote  # only where a schema has references

    part: Json = whole
    for name in pointer.split("/")[1:]:
        key = unquote(name).replace("~1", "/").replace("~0", "~")
        if isinstance(part, dict):
            part = part.get(key)
        elif isinstance(part, list) and key.isdecimal() and int(key) < len(part):
            part = part[int(key)]
        else:
            return None
    return part


class _Parts:
    """The parts of one schema, by JSON pointer, each validated on its own when that is first needed."""

    def __init__(self, schema: JsonObject) -> None:
        self._schema = schema
        self._validators: dict[str, Validator] = {}

    def without_nulls(self, pointer: str, value: Json, depth: int = 0) -> Json:
        """Return a value of a part without the nulls that stand for properties left out."""
        part = resolved(self._schema, f"#{pointer}")
        if not isinstance(part, dict) or depth > _MAX_DEPTH:
            return value
        target = pointer_of(part.get("$ref"))
        if target is not None:
            value = self.without_nulls(target, value, depth + 1)
        for index, _ in enumerate(_list(part.get("allOf"))):
            value = self.without_nulls(f"{pointer}/allOf/{index}", value, depth + 1)
        if isinstance(value, dict):
            value = self._object(pointer, part, value)
        elif isinstance(value, list):
            value = [self.without_nulls(self._item(pointer, part, index), item) for index, item in enumerate(value)]
        for keyword in ("anyOf", "oneOf"):
            if keyword in part:
                value = self._branch(f"{pointer}/{keyword}", len(_list(part[keyword])), value, depth)
        return value

    def _object(self, pointer: str, part: JsonObject, value: JsonObject) -> Json:
        properties, required = part.get("properties"), _list(part.get("required"))
        known = properties if isinstance(properties, dict) else {}
        result: JsonObject = {}
        for name, inner in value.items():
            if name not in known:
                result[name] = self.without_nulls(f"{pointer}/additionalProperties", inner)
                continue
            place = f"{pointer}/properties/{_escaped(name)}"
            if inner is not None or name in required or self._accepts(place, None):
                result[name] = self.without_nulls(place, inner)
        return result

    @staticmethod
    def _item(pointer: str, part: JsonObject, index: int) -> str:
        first = len(_list(part.get("prefixItems")))
        return f"{pointer}/prefixItems/{index}" if index < first else f"{pointer}/items"

    def _branch(self, pointer: str, count: int, value: Json, depth: int) -> Json:
        """Return a value as the first of the alternatives means it that accepts it at all."""
        places = [f"{pointer}/{index}" for index in range(count)]
        if any(self._accepts(place, value) for place in places):
            return value
        meant = ((place, self.without_nulls(place, value, depth + 1)) for place in places)
        return next((inner for place, inner in meant if self._accepts(place, inner)), value)

    def _accepts(self, pointer: str, value: Json) -> bool:
        if pointer not in self._validators:
            self._validators[pointer] = part_validator(self._schema, pointer)
        return self._validators[pointer](value) is None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _escaped(name: str) -> str:
    """Return a property's name as a part of a JSON pointer in a URI."""
    from urllib.parse import quote  # only where nulls are taken out

    return quote(name.replace("~", "~0").replace("/", "~1"), safe="")
