"""A user's JSON schema as a provider takes it.

None takes all of JSON Schema. What a provider has no word for is left out of what is sent and said in the description
instead, so that the model may still obey; completions are checked against the user's own schema anyway, and what
the narrower form adds is taken out of them again (answers/schema_reply). Where a form would change which values are
meant, such as an object with any properties, it is not used.

Sources: OpenAI's guide to structured outputs, "Supported schemas"; Anthropic's, "JSON Schema limitations"; Google's
reference of responseJsonSchema.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast

import msgspec
from msgspec import Struct

from scrimp.answers.schema_reply import describes_object
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.schemas.limits import SchemaForm, UntranslatableError
from scrimp.providers.schemas.translation import translated
from scrimp.values import JsonObject

# What is taken of constraints differs from model to model, so none is sent.
_OPENAI = SchemaForm(
    all_required=True, closed=True, recursive=True, whole_is_object=True, max_depth=10, max_properties=5000,
    max_enum_values=1000,
)  # fmt: skip
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")
_ANTHROPIC = SchemaForm(
    closed=True, whole_is_object=True, max_optional=24, max_unions=16, least_items=1, formats=frozenset(_FORMATS)
)
_GEMINI = SchemaForm(
    kept=frozenset(("minItems", "maxItems", "minimum", "maximum")), formats=frozenset(("date-time", "date", "time"))
)
_FORMS = {"openai": _OPENAI, "anthropic": _ANTHROPIC, "gemini": _GEMINI}
# Providers that support json_object only; the schema then goes into the system text, which must say "json".
JSON_OBJECT_ONLY = frozenset(("deepseek",))


class SentSchema(Struct, frozen=True):
    """A schema as it is sent, and what that changes: words that follow "it is sent".

    strict: the provider keeps the model to it. loose: it is the user's own, as a hint (OpenAI's strict = false).
    words: the provider has no field for it, so the model is told in the system text.
    """

    schema: JsonObject
    how: Literal["strict", "loose", "words"]
    changes: tuple[str, ...] = ()


def sent_schema(schema: JsonObject, endpoint: Endpoint) -> SentSchema:
    """Return a schema in the form that a provider takes."""
    if endpoint.flavour in JSON_OBJECT_ONLY and endpoint.dialect == "openai":
        return SentSchema(schema, "words")
    return _sent(msgspec.json.encode(schema), endpoint.dialect)


def longest_sent(schema: JsonObject) -> int:
    """Return the bytes of the longest form in which a schema is sent to any provider."""
    encoded = msgspec.json.encode(schema)
    forms = [msgspec.json.encode(_sent(encoded, dialect).schema) for dialect in _FORMS]
    return max(len(in_words(schema).encode()), *map(len, forms))


def in_words(schema: JsonObject) -> str:
    """Return the sentence that tells a model its schema."""
    what = "one JSON object that satisfies" if describes_object(schema, schema) else "JSON that satisfies"
    return f"Answer with {what} this JSON schema: {msgspec.json.encode(schema).decode()}"


def with_schema(system: str | None, sent: SentSchema) -> str | None:
    """Return a system text with the schema told at its end, where that is how the schema is sent."""
    if sent.how != "words":
        return system
    return f"{system}\n\n{in_words(sent.schema)}" if system else in_words(sent.schema)


@lru_cache(maxsize=32)
def _sent(encoded: bytes, dialect: str) -> SentSchema:
    schema = cast("JsonObject", msgspec.json.decode(encoded))
    try:
        result = translated(schema, _FORMS[dialect])
    except UntranslatableError as error:
        if dialect == "openai" and describes_object(schema, schema):
            return SentSchema(schema, "loose", (f"without strict (it has {error})",))
        return SentSchema(schema, "words", (f"in the system text (it has {error})",))
    return SentSchema(result.schema, "strict", result.changes)
