"""Parsed JSON, as it is passed around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

# The type of parsed JSON, defined only here; modules narrow it before use. In rows of an input a number with a fraction
# or an exponent is a msgspec.Raw, which is its digits as they were written.
if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
    JsonObject: TypeAlias = "dict[str, Json]"
else:  # msgspec does not decode recursive aliases; any JSON is accepted
    Json = Any
    JsonObject = dict[str, Any]
