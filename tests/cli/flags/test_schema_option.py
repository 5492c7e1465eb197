from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scrimp.cli.flags.schema_option import schema_file, schema_option
from scrimp.errors import ScrimpError

STRING, INTEGER = {"type": "string"}, {"type": "integer"}


def fields(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pet.json").write_text('\ufeff{"type": "object"}', encoding="utf-8")
    (tmp_path / "pet").write_text('{"type": "array"}', encoding="utf-8")
    (tmp_path / "pet.txt").write_text("name: what it is called, if at all\nage int\n", encoding="utf-8")
    (tmp_path / "broken.json").write_text('{"type": ', encoding="utf-8")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b'{"title": "\xe9"}')
    return tmp_path


@pytest.mark.parametrize(
    ("given", "schema", "file"),
    [
        (None, None, None),
        ('{"type": "object"}', {"type": "object"}, None),
        (' {"type":\n"array"}', {"type": "array"}, None),
        ("pet.json", {"type": "object"}, "pet.json"),
        ("./pet.json", {"type": "object"}, "./pet.json"),
        ("@pet.json", {"type": "object"}, "pet.json"),
        ("pet", {"type": "array"}, "pet"),
        (
            "@pet.txt",
            fields(["name", "age"], name=STRING | {"description": "what it is called, if at all"}, age=INTEGER),
            "pet.txt",
        ),
        ("name, age int", fields(["name", "age"], name=STRING, age={"type": "integer"}), None),
        ("name str", fields(["name"], name=STRING), None),
        ("name,", fields(["name"], name=STRING), None),
        ("ok bool,price float", fields(["ok", "price"], ok={"type": "boolean"}, price={"type": "number"}), None),
        ("born date?, name?", fields([], born=STRING | {"format": "date"}, name=STRING), None),
        ("name? str", fields([], name=STRING), None),
        ("tags str[]", fields(["tags"], tags={"type": "array", "items": STRING}), None),
        ("n int[]?", fields([], n={"type": "array", "items": {"type": "integer"}}), None),
        ("mood good|bad", fields(["mood"], mood=STRING | {"enum": ["good", "bad"]}), None),
        ("maß: cm, b-c", fields(["maß", "b-c"], **{"maß": STRING | {"description": "cm"}, "b-c": STRING}), None),
        ("a int\nb: one, two\n\n", fields(["a", "b"], a=INTEGER, b=STRING | {"description": "one, two"}), None),
        ("age: int, born?: date", fields(["age"], age=INTEGER, born=STRING | {"format": "date"}), None),
        ("mood: good | bad, n: int[]?", fields(["mood"], mood=STRING | {"enum": ["good", "bad"]},
                                               n={"type": "array", "items": INTEGER}), None),
        ("a str: int, b: int or so", fields(["a", "b"], a=STRING | {"description": "int"},
                                            b=STRING | {"description": "int or so"}), None),
        ("true bool, null str", fields(["true", "null"], true={"type": "boolean"}, null=STRING), None),
    ],
)  # fmt: skip
def test_a_schema_is_json_a_file_or_fields(given: str | None, schema: Any, file: str | None) -> None:
    assert schema_option(given) == schema
    assert schema_file(given) == file


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "it is empty"),
        ("age int|str", "'age int|str' has several types: give it one of str, int"),
        ("age: int|str", "'age int|str' has several types"),
        ("nowhere.json", "nowhere.json cannot be read (No such file"),
        ("@nowhere", "nowhere cannot be read (No such file"),
        ("person", "person cannot be read"),
        ("dir/name", "dir/name cannot be read"),
        (".", "cannot be read (Is a directory)"),
        ('{"type": ', "the text is not a JSON object"),
        ("[1, 2]", "the text is not a JSON object"),
        ("broken.json", "broken.json is not a JSON object"),
        ("list.json", "list.json is not a JSON object"),
        ("latin.json", "latin.json is not a UTF-8 file"),
        ("name, age integr", "'integr' in 'age integr' is not a type: use str, int, float, bool and date"),
        ("name, 2nd int", "'2nd int' is not a field"),
        ("name, age int years", "'age int years' is not a field"),
        ("name, name", "two fields 'name'"),
        (" , ", "it is empty"),
        ("{name, age}", "the text is not a JSON object"),
        ("n" * 300 + " x", "is not a type"),
        ("a \udcff", "not UTF-8"),
    ],
)
def test_a_value_that_is_none_of_them_is_a_usage_error_that_names_what_is_wrong(given: str, words: str) -> None:
    with pytest.raises(ScrimpError) as refused:
        schema_option(given)

    assert refused.value.exit_status == 2
    assert words in str(refused.value)
