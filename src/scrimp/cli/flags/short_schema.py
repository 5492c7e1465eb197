"""The short form of a schema, for the command line: 'name, age int?, tags str[], mood good|bad: how it sounds'.

Fields are separated by commas, or by line ends where there are any. A field is its name, its type (a string where it
has none) and, after a colon, its description. `?` marks a field that may be missing, `[]` a list, `a|b` the values that
are allowed. After a colon alone, as in 'age: int', a type is one, too.
"""

from __future__ import annotations

from scrimp.errors import UsageError
from scrimp.regexes import pattern
from scrimp.values import Json, JsonObject

TYPES: dict[str, JsonObject] = {
    "str": {"type": "string"}, "int": {"type": "integer"}, "float": {"type": "number"}, "number": {"type": "number"},
    "bool": {"type": "boolean"}, "date": {"type": "string", "format": "date"},
    "string": {"type": "string"}, "integer": {"type": "integer"}, "boolean": {"type": "boolean"},
}  # fmt: skip
SHOWN_TYPES = "str, int, float, bool and date"

_NAME = r"[^\W\d][\w-]*"
_FIELD = rf"(?P<name>{_NAME})(?P<early>\?)?(?:\s+(?P<type>[^\s?\[\]]+)(?P<list>\[\])?(?P<late>\?)?)?"


def short_schema(text: str) -> JsonObject:
    """Return the JSON schema of a short form; UsageError names the field that is wrong."""
    properties: JsonObject = {}
    required: list[Json] = []
    for field in text.split("\n" if "\n" in text.strip() else ","):
        if not field.strip():
            continue
        words, _, description = (part.strip() for part in field.partition(":"))
        if pattern(rf"{_NAME}\??").fullmatch(words) and _is_type(description):
            words, description = f"{words} {''.join(description.split())}", ""
        name, schema, optional = _field(words)
        if name in properties:
            raise UsageError(f"--schema: there are two fields '{name}': name each once")
        properties[name] = schema | ({"description": description} if description else {})
        if not optional:
            required.append(name)
    if not properties:
        raise UsageError("--schema: it is empty: name fields, such as 'name, age int', or a file with a JSON schema")
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(words: str) -> tuple[str, JsonObject, bool]:
    """Return the name of a field, the schema of its values, and whether it may be missing."""
    match = pattern(_FIELD).fullmatch(words)
    if match is None:
        raise UsageError(
            f"--schema: '{words}' is not a field: write a name and a type, such as 'age int' or 'tags str[]'"
        )
    schema = _type(match["type"] or "str", words)
    if match["list"]:
        schema = {"type": "array", "items": schema}
    return match["name"], schema, bool(match["early"] or match["late"])


def _is_type(description: str) -> bool:
    """Return whether a text cannot be a field's description: it is a type, or values with bars between them."""
    name = description.removesuffix("?").removesuffix("[]")
    return name in TYPES or (pattern(r"[\w-]+(?:\s*\|\s*[\w-]+)+").fullmatch(name) is not None)


def _type(name: str, words: str) -> JsonObject:
    if "|" in name and all(value in TYPES for value in name.split("|")):
        raise UsageError(f"--schema: '{words}' has several types: give it one of {SHOWN_TYPES}")
    if "|" in name:
        return {"type": "string", "enum": list(dict.fromkeys(value for value in name.split("|") if value))}
    if name not in TYPES:
        raise UsageError(f"--schema: '{name}' in '{words}' is not a type: use {SHOWN_TYPES}, or values such as yes|no")
    return dict(TYPES[name])
