"""Schemas in the forms that providers take; judged by the official SDKs' own helpers and by what the forms must mean."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scrimp.answers.schema_reply import reader_for
from scrimp.providers.presets import PRESETS
from scrimp.providers.schemas.sent_schema import SentSchema, in_words, longest_sent, sent_schema

Schema = dict[str, Any]

OPENAI, ANTHROPIC, GEMINI = (PRESETS[name] for name in ("openai", "anthropic", "gemini"))
STRICT_WORDS = {
    "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "$ref", "$defs", "description",
    "title",
}  # fmt: skip
STRING, INTEGER = {"type": "string"}, {"type": "integer"}


def closed(required: list[str], **properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


SCALARS = st.sampled_from([
    STRING, INTEGER, {"type": "boolean"}, {"type": "number", "exclusiveMinimum": -1000}, {"type": "null"},
    {"type": "string", "minLength": 1, "maxLength": 9, "description": "words"}, {"type": "string", "pattern": "^[a-z]*$"},
    {"type": "string", "format": "date"}, {"type": "integer", "minimum": 0, "multipleOf": 2},
    {"enum": ["a", "b"]}, {"const": 3}, {"type": ["string", "null"]}, {"enum": ["a", None, 1]}, {"$ref": "#/$defs/word"},
    {"$ref": "#/definitions/odd~1name"},
])  # fmt: skip
TREES = st.just({"$ref": "#/$defs/tree"})
DEFINITIONS = {
    "$defs": {
        "word": {"type": "string", "title": "Word", "not": {"const": ""}},
        "tree": {"type": "object", "properties": {"leaf": INTEGER, "left": {"$ref": "#/$defs/tree"}}, "required": ["leaf"]},
    },
    "definitions": {"odd/name": {"type": "integer", "maximum": 10}},
}  # fmt: skip
NAMES = st.sampled_from(["name", "age", "a/b", "c~d", "größe", "x y"])


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    properties = draw(st.dictionaries(NAMES, inner, min_size=1, max_size=3))
    required = [name for name in properties if draw(st.booleans())]
    more = draw(
        st.sampled_from([{}, {"additionalProperties": False}, {"minProperties": 0}, {"description": "a thing"}])
    )
    return {"type": "object", "properties": properties, "required": required, **more}


def more_of(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    # Of alternatives one at most is an object: a second, open one may take the nulls of the first as its own.
    lists = st.builds(
        lambda items, more: {"type": "array", "items": items, **more}, inner, st.sampled_from([{}, {"maxItems": 3}])
    )
    unions = st.builds(
        lambda word, parts: {word: parts},
        st.sampled_from(["anyOf", "oneOf"]),
        st.tuples(SCALARS, lists | objects(inner)).map(list),
    )
    return objects(inner) | lists | unions | objects(inner).map(lambda part: {"allOf": [part]})


SCHEMAS = st.recursive(SCALARS | TREES, more_of, max_leaves=6).map(lambda schema: schema | DEFINITIONS)


def accepts(part: Schema, value: Any) -> bool:
    return jsonschema_rs.validator_for({**part, **DEFINITIONS}, validate_formats=True).is_valid(value)


def resolve(part: Schema) -> Schema:
    while "$ref" in part or "allOf" in part:
        _, where, name = part["$ref"].split("/") if "$ref" in part else ("", "", "")
        part = DEFINITIONS[where][name.replace("~1", "/")] if name else part["allOf"][0]
    return part


def draw_value(draw: st.DrawFn, part: Schema, depth: int = 0) -> Any:
    """Draw a value of a schema; a property that may be null anyway is always there, as its null means itself."""
    part = resolve(part)
    for word in ("anyOf", "oneOf"):
        if word in part:
            return draw_value(draw, draw(st.sampled_from(part[word])), depth)
    if "enum" in part or "const" in part:
        return draw(st.sampled_from(part.get("enum") or [part["const"]]))
    kind = part["type"] if isinstance(part["type"], str) else draw(st.sampled_from(part["type"]))
    if kind == "object":
        return {
            name: draw_value(draw, inner, depth + 1)
            for name, inner in part["properties"].items()
            if name in part["required"] or accepts(inner, None) or (depth < 3 and draw(st.booleans()))
        }
    if kind == "array":
        return [draw_value(draw, part["items"], depth + 1) for _ in range(draw(st.integers(0, 2)))]
    return draw({
        "string": st.sampled_from(["a", "bc", "2026-11-28", "zebra"]), "integer": st.sampled_from([0, 2, 4, -6]),
        "number": st.sampled_from([0.5, 2, -7.25]), "boolean": st.booleans(), "null": st.none(),
    }[kind])  # fmt: skip


def as_sent(part: Schema, value: Any) -> Any:
    """Write a value as the strict form wants it: every property is there."""
    part = resolve(part)
    for word in ("anyOf", "oneOf"):
        if word in part:
            return as_sent(next(branch for branch in part[word] if accepts(branch, value)), value)
    if isinstance(value, dict):
        return {
            name: as_sent(inner, value[name]) if name in value else None for name, inner in part["properties"].items()
        }
    return [as_sent(part["items"], item) for item in value] if isinstance(value, list) else value


def strict_faults(part: Schema, whole: Schema) -> list[str]:
    """What OpenAI refuses of a schema, by its guide."""
    faults = [f"{word} is not taken" for word in part.keys() - STRICT_WORDS]
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        return (
            faults
            + [f"{word} beside $ref" for word in part.keys() - {"$ref"}]
            + ([] if name in whole["$defs"] else [name])
        )
    if "type" not in part and "anyOf" not in part:
        faults.append("neither type nor anyOf")
    if part.get("type") == "object" and (part["additionalProperties"] or part["required"] != list(part["properties"])):
        faults.append("an object that is open, or has optional properties")
    inner = [*part.get("properties", {}).values(), *part.get("anyOf", ()), *part.get("$defs", {}).values()]
    return faults + [
        fault
        for each in [*inner, *([part["items"]] if "items" in part else [])]
        for fault in strict_faults(each, whole)
    ]


@given(SCHEMAS, st.data())
def test_a_strict_schema_keeps_the_rules_and_each_value_survives_the_way_there_and_back(
    schema: Schema, data: st.DataObject
) -> None:
    sent = sent_schema(schema, OPENAI)
    value = data.draw(st.composite(draw_value)(schema))
    assume(accepts(schema, value))

    assert sent.how == "strict"
    assert sent.schema["type"] == "object"
    assert strict_faults(sent.schema, sent.schema) == []
    form = as_sent(schema, value)
    if "value" in sent.schema["properties"]:
        form = {"value": form}
    assert jsonschema_rs.validator_for(sent.schema).is_valid(form)
    reply = reader_for(schema)(form)
    assert (reply.value, reply.wrong) == (value, None)


@pytest.mark.foreign
@given(SCHEMAS)
def test_the_openai_sdk_finds_nothing_to_change_in_a_strict_schema(schema: Schema) -> None:
    theirs = pytest.importorskip("openai.lib._pydantic")._ensure_strict_json_schema
    sent = sent_schema(schema, OPENAI).schema

    assert theirs(copy.deepcopy(sent), path=(), root=copy.deepcopy(sent)) == sent


@pytest.mark.foreign
@given(SCHEMAS)
def test_the_anthropic_sdk_finds_nothing_to_take_out_of_a_schema_for_claude(schema: Schema) -> None:
    theirs = pytest.importorskip("anthropic").transform_schema
    sent = sent_schema(schema, ANTHROPIC)
    assume(sent.how == "strict" and '"type": [' not in json.dumps(sent.schema))

    assert theirs(copy.deepcopy(sent.schema)) == _without_type_of_enums(sent.schema)


def _without_type_of_enums(part: Any) -> Any:
    if isinstance(part, list):
        return list(map(_without_type_of_enums, part))
    if not isinstance(part, dict):
        return part
    return {name: _without_type_of_enums(value) for name, value in part.items() if name != "type" or "enum" not in part}


@given(SCHEMAS, st.data())
def test_what_other_providers_get_is_never_narrower_than_the_schema(schema: Schema, data: st.DataObject) -> None:
    value = data.draw(st.composite(draw_value)(schema))
    assume(accepts(schema, value))
    for endpoint in (ANTHROPIC, GEMINI):
        sent = sent_schema(schema, endpoint)
        wrapped = endpoint is ANTHROPIC and sent.changes and "of an object" in sent.changes[0]
        assert sent.how == "words" or jsonschema_rs.validator_for(sent.schema).is_valid(
            {"value": value} if wrapped else value
        )


@given(SCHEMAS)
def test_the_cap_counts_the_longest_form(schema: Schema) -> None:
    forms = [sent_schema(schema, endpoint) for endpoint in PRESETS.values()]

    assert longest_sent(schema) >= max(
        len(json.dumps(form.schema, separators=(",", ":"), ensure_ascii=False).encode()) for form in forms
    )
    assert longest_sent(schema) >= len(in_words(schema).encode())


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (closed(["a"], a=STRING), ()),
        (closed([], a=STRING), ("with optional properties as null",)),
        ({"type": "object", "properties": {"a": STRING}, "required": ["a"]}, ("with objects closed",)),
        (closed(["a"], a=STRING | {"maxLength": 3, "pattern": "x"}), ("without maxLength, pattern",)),
        (closed(["a"], a={"oneOf": [STRING, INTEGER]}), ("with anyOf for oneOf",)),
        ({"type": "array", "items": STRING}, ('as the property "value" of an object',)),
        ({"type": "object"}, ("without strict (it has objects with any properties)",)),
        (closed(["a"], a={}), ("without strict (it has parts that may be anything)",)),
        ({"type": "object", "additionalProperties": STRING}, ("without strict (it has objects with any properties)",)),
        ({"type": "array"}, ("in the system text (it has lists of anything)",)),
    ],
)  # fmt: skip
def test_what_is_changed_is_said_in_words(schema: Schema, words: tuple[str, ...]) -> None:
    assert sent_schema(schema, OPENAI).changes == words


def test_a_constraint_that_is_left_out_is_told_in_the_description() -> None:
    sent = sent_schema(closed(["age"], age=INTEGER | {"minimum": 0, "maximum": 120, "description": "in years"}), OPENAI)

    assert sent.schema["properties"]["age"] == INTEGER | {"description": "in years (minimum: 0, maximum: 120)"}


def test_parts_of_all_of_are_one_object() -> None:
    base = {"type": "object", "properties": {"id": INTEGER, "both": STRING}, "required": ["id"]}
    schema = {"allOf": [{"$ref": "#/$defs/base"}, closed(["name"], name=STRING, both=STRING)], "$defs": {"base": base}}
    sent = sent_schema(schema, OPENAI)

    assert (sent.how, list(sent.schema["properties"]), sent.schema["required"]) == (
        "strict",
        ["id", "both", "name"],
        ["id", "both", "name"],
    )


@pytest.mark.parametrize("endpoint", [ANTHROPIC, GEMINI])
def test_a_schema_that_refers_to_itself_is_told_in_words_where_it_is_not_taken(endpoint: Any) -> None:
    tree = {"$ref": "#/$defs/tree", **DEFINITIONS}

    assert sent_schema(tree, endpoint) == SentSchema(
        tree, "words", ("in the system text (it has schemas that refer to themselves)",)
    )


@pytest.mark.parametrize(
    "schema",
    [
        closed([], **{f"p{number}": STRING for number in range(5001)}),
        closed(["a"], a={"enum": [str(number) for number in range(1001)]}),
        {"$ref": "#"}, {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"allOf": [{"$ref": "#"}]}, {"type": "object", "patternProperties": {"^a": STRING}},
    ],
)  # fmt: skip
def test_what_is_more_than_a_provider_takes_is_not_sent_as_strict(schema: Schema) -> None:
    assert sent_schema(schema, OPENAI).how != "strict"
