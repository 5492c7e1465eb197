from __future__ import annotations

from typing import Any

import pytest

from scrimp.answers.schema_reply import reader_for
from scrimp.errors import ConfigError

NAME = {"type": "string"}
CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind"]}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}, "tricks": {"type": "array"}}, "required": ["kind"]}


def pet(**more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"name": NAME, **more}, "required": ["name"]}


@pytest.mark.parametrize(
    ("schema", "written", "meant"),
    [
        (pet(age={"type": "integer"}), {"name": "Tom", "age": None}, {"name": "Tom"}),
        (pet(age={"type": ["integer", "null"]}), {"name": "Tom", "age": None}, {"name": "Tom", "age": None}),
        (pet(age={"enum": [1, None]}), {"name": "Tom", "age": None}, {"name": "Tom", "age": None}),
        (pet(age={"$ref": "#/properties/name"}), {"name": "Tom", "age": None}, {"name": "Tom"}),
        (pet(b=pet(age=NAME)), {"name": "a", "b": {"name": "b", "age": None}}, {"name": "a", "b": {"name": "b"}}),
        (pet(sub={"$ref": "#"}), {"name": "a", "sub": {"name": "b", "sub": None}}, {"name": "a", "sub": {"name": "b"}}),
        ({"type": "array", "items": pet(age=NAME)}, [{"name": "a", "age": None}], [{"name": "a"}]),
        ({"anyOf": [CAT, DOG]}, {"kind": "dog", "tricks": None}, {"kind": "dog"}),
        ({"oneOf": [CAT, DOG]}, {"value": {"kind": "cat", "lives": None}}, {"kind": "cat"}),
        ({"allOf": [CAT, pet()]}, {"kind": "cat", "name": "Tom", "lives": None}, {"kind": "cat", "name": "Tom"}),
        ({"type": "object", "properties": {"a/b~c %": NAME}}, {"a/b~c %": None}, {}),
        ({"type": "array"}, {"value": [1, 2]}, [1, 2]),
        ({"type": "string"}, {"value": "x"}, "x"),
        ({"type": "array"}, [1, 2], [1, 2]),
        ({"type": "object", "properties": {"value": NAME}}, {"value": "x"}, {"value": "x"}),
    ],
)  # fmt: skip
def test_what_a_narrower_schema_added_is_taken_out_again(schema: Any, written: Any, meant: Any) -> None:
    reply = reader_for(schema)(written)

    assert (reply.value, reply.wrong) == (meant, None)


@pytest.mark.parametrize(
    ("schema", "written", "wrong"),
    [
        (pet(age=NAME), {"name": None, "age": None}, 'name: null is not of type "string"'),
        (pet(age={"type": "integer", "minimum": 0}), {"name": "a", "age": -1}, "age: -1 is less than the minimum of 0"),
        ({"type": "array", "maxItems": 1}, {"value": [1, 2]}, "[1,2] has more than 1 item"),
        ({"type": "string", "format": "date"}, "tomorrow", '"tomorrow" is not a "date"'),
        ({"type": "array"}, {"name": 1}, '{"name":1} is not of type "array"'),
    ],
)
def test_what_is_wrong_is_told_of_the_value_as_the_schema_means_it(schema: Any, written: Any, wrong: str) -> None:
    assert reader_for(schema)(written).wrong == wrong


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "strnig"}, "type: 'strnig' is not a type; types are string"),
        (pet(age={"type": "int"}), "properties/age/type: 'int' is not a type"),
        (pet(age=5), "properties/age: 5 is not of types"),
        ({"required": "name"}, "required: "),
        ({"pattern": "("}, 'pattern: "(" is not a "regex"'),
        ({"$ref": "#/nowhere"}, "/nowhere"),
        ({"$ref": "https://example.com/pet.json"}, "another document"),
    ],
)
def test_a_schema_that_is_none_is_refused_with_the_place_at_fault(schema: Any, place: str) -> None:
    with pytest.raises(ConfigError, match="not a JSON Schema") as refused:
        reader_for(schema)

    assert place in str(refused.value)
