"""Whether JSON conforms to a schema: by jsonschema-rs, which knows every draft and is loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.errors import ConfigError
from scrimp.values import Json, JsonObject

_MAX_MESSAGE = 160  # characters

Validator = Callable[[Json], "str | None"]


def validator_for(schema: JsonObject) -> Validator:
    """Return a function that returns a value's first error in words, or None; ConfigError where the schema is invalid.

    A $ref to another document is refused: nothing is fetched for a schema.
    """
    import jsonschema_rs  # noqa: PLC0415 - 17 ms and 10 MB, only where a schema is given

    try:
        validator = jsonschema_rs.validator_for(schema, retriever=_refuse_reference)
    except ValueError as error:
        raise ConfigError(f"the schema is not a JSON Schema: {_first_line(error)}") from error

    def first_error(value: Json) -> str | None:
        try:
            error = next(iter(validator.iter_errors(value)), None)
        except ValueError as unreadable:  # text that is not Unicode, such as half a surrogate pair
            return str(unreadable)[:_MAX_MESSAGE]
        if error is None:
            return None
        place = "/".join(str(part) for part in error.instance_path)
        return f"{place}: {_first_line(error)}" if place else _first_line(error)

    return first_error


def _refuse_reference(uri: str) -> Json:
    raise ValueError(f"{uri} is another document: put its content under $defs")


def _first_line(error: Exception) -> str:
    """Return the first line of the library's message; the lines after it repeat schema and value."""
    return str(getattr(error, "message", error)).partition("\n")[0][:_MAX_MESSAGE]
