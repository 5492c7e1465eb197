"""Whether JSON keeps a schema: the work is jsonschema-rs', which knows every draft and is loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.errors import ConfigError
from scrimp.values import Json, JsonObject

_MAX_MESSAGE = 160  # characters of a complaint

Validator = Callable[[Json], "str | None"]


def validator_for(schema: JsonObject) -> Validator:
    """Return a function that says what is wrong with a value, or None; a schema that is none itself is a ConfigError.

    A $ref to another document is refused: nothing is fetched on behalf of a schema.
    """
    import jsonschema_rs  # noqa: PLC0415 - 17 ms and 10 MB, only where a schema is given

    try:
        validator = jsonschema_rs.validator_for(schema, retriever=_refuse_reference)
    except ValueError as error:
        raise ConfigError(f"the schema is not a JSON Schema: {_first_line(error)}") from error

    def complaint(value: Json) -> str | None:
        try:
            error = next(iter(validator.iter_errors(value)), None)
        except ValueError as unreadable:  # text that is not Unicode, such as half a surrogate pair
            return str(unreadable)[:_MAX_MESSAGE]
        if error is None:
            return None
        place = "/".join(str(part) for part in error.instance_path)
        return f"{place}: {_first_line(error)}" if place else _first_line(error)

    return complaint


def _refuse_reference(uri: str) -> Json:
    raise ValueError(f"{uri} is another document; put its text under $defs")


def _first_line(error: Exception) -> str:
    """Return the first line of what the library says; the lines below it repeat schema and value."""
    return str(getattr(error, "message", error)).partition("\n")[0][:_MAX_MESSAGE]
