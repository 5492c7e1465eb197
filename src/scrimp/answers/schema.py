"""Whether JSON conforms to a schema: by jsonschema-rs, which knows every draft and is loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.errors import ConfigError
from scrimp.values import Json, JsonObject

_MAX_MESSAGE = 160  # characters
_TYPES = "string, integer, number, boolean, object, array and null"
# A name for the schema itself, by which parts of it are validated on their own.
_OWN_NAME = "urn:scrimp:schema"

Validator = Callable[[Json], "str | None"]


def validator_for(schema: JsonObject) -> Validator:
    """Return a function that returns a value's first error in words, or None; ConfigError if the schema is invalid.

    Formats such as date are checked, too. A $ref to another document is refused: nothing is fetched for a schema.
    """
    return _validator(schema, schema)


def part_validator(schema: JsonObject, pointer: str) -> Validator:
    """Return the validator of a part of a schema, by its JSON pointer ("/properties/a"); ConfigError as above."""
    part: JsonObject = {"$ref": f"{_OWN_NAME}#{pointer}"}
    if "$schema" in schema:
        part["$schema"] = schema["$schema"]
    return _validator(part, schema)


def _validator(schema: JsonObject, whole: JsonObject) -> Validator:
    import jsonschema_rs  # 17 ms and 10 MB, only where a schema is given

    def retrieve(uri: str) -> Json:
        if uri == _OWN_NAME:
            return whole
        raise ValueError(f"{uri} is another document: put its content under $defs")

    try:
        validator = jsonschema_rs.validator_for(schema, retriever=retrieve, validate_formats=True)
    except ValueError as error:
        raise ConfigError(f"the schema is not a JSON Schema: {_schema_error(error)}") from error

    def first_error(value: Json) -> str | None:
        try:
            error = next(iter(validator.iter_errors(value)), None)
        except ValueError as unreadable:  # text that is not Unicode, such as half a surrogate pair
            return str(unreadable)[:_MAX_MESSAGE]
        return None if error is None else _placed(error)

    return first_error


def _schema_error(error: Exception) -> str:
    """Return what is wrong with a schema, and where; for a reference to another document, what `retrieve` says."""
    if reason := _placed(error).partition("retrieving it failed: ValueError: ")[2]:
        return reason
    path = list(getattr(error, "instance_path", ()))
    wrong = getattr(error, "instance", None)
    if path and path[-1] == "type" and path[-2:-1] != ["properties"] and isinstance(wrong, str):
        return f"{'/'.join(map(str, path))}: '{wrong}' is not a type; types are {_TYPES}"
    return _placed(error)


def _placed(error: Exception) -> str:
    """Return the first line of the library's message, after its place; the lines after it repeat schema and value."""
    message = str(getattr(error, "message", error)).partition("\n")[0][:_MAX_MESSAGE]
    place = "/".join(str(part) for part in getattr(error, "instance_path", ()))
    return f"{place}: {message}" if place else message
