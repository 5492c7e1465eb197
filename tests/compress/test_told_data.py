"""Data that the caller told: changed wherever it stands, while what is around it keeps every byte."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import LEVELS, compress
from scrimp.compress.compressed_text import CompressedText
from scrimp.compress.told_data import moved_spans, told_zones

ORDER = '{\n  "id": 7.50,\n  "open":  true, "e": 1E5, "name": "\\u00e9 \\/"\n}'
SHORT = '{"id":7.50,"open":true,"e":1E5,"name":"\\u00e9 \\/"}'
STORY = (
    "Bees live in hives. They make honey in summer. The queen lays up to 2000 eggs a day. Wasps do not. "
    "Nobody who keeps them can say why that is.\n"
    "A storm destroyed the old town hall in 1923. It was rebuilt in 1930 by Anna Meier."
)
TOLD = re.compile("@(.*?)@", re.DOTALL)


def told(marked: str, level: str = "lossless") -> CompressedText:
    """Compress a text whose data stands between at signs."""
    pieces = marked.split("@")
    ends = [sum(map(len, pieces[: at + 1])) for at in range(len(pieces))]
    return compress("".join(pieces), level, told=list(zip(ends[0::2], ends[1::2], strict=False)))


@pytest.mark.parametrize(
    "marked",
    [
        "Order: @{json}@. Is it open?",
        "Is @{json}@ open?",
        "@{json}@ Is it open?",
        "  - @{json}@, who is it?",
        "Order of @Ann@: @{json}@ Is it open?",
        "Output:\n@{json}@\nIs the order open?",
        "```json\n@{json}@\n```\nIs it open?",
        "In ```@{json}@``` is it open?",
        "<answer>@{json}@</answer> Is it true?",
        '{"a":  @{json}@}\nIs it open?',
        "Who?\n@\n\n{json}\n@\nIs it open?",
        "Tool result: @{json}@, is it open?",
        "One: @{json}@ Two: @{json}@ Which one is dearer?",
        "Ask @convert to YAML@: @{json}@. Is it open?",
    ],
)
def test_told_json_loses_its_white_space_wherever_it_stands(marked: str) -> None:
    plain = TOLD.sub(lambda match: match[1], marked)

    assert told(marked.replace("{json}", ORDER)).text == plain.replace("{json}", SHORT)


@pytest.mark.parametrize(
    "marked",
    [
        "Example: @{json}@. Now do it for Ann.",
        "<example>@{json}@</example> Ann is 3.",
        "Answer like this:\n@{json}@\nWho?",
        "<output_format>\n@{json}@\n</output_format>\nWho?",
        "Question: @{json}@",
        "In: @{json}@\nOut: @1@\n\nIn: @{json}@\nOut:",
        "<scrimp:keep>@{json}@</scrimp:keep> Is it open?",
        "```python\n@{json}@\n```\nIs it open?",
        "Convert @{json}@ to YAML.",
        "Is @{json}@ indented?",
    ],
)
def test_a_told_value_that_may_be_an_instruction_keeps_every_byte(marked: str) -> None:
    marked = marked.replace("{json}", ORDER)

    assert told(marked).text == TOLD.sub(lambda match: match[1], marked)


@pytest.mark.parametrize(
    "value",
    [
        '{"type": "object", "properties": {"a": {"type": "string"}}}',
        '{"$schema":  "https://json-schema.org/draft-07/schema#"}',
        '{"name": "...",  "age": "number"}',
        '[{"type": "function", "function":  {"name": "f"}}]',
        '{"name": "<name>",  "n": 0}',
        "[ ]",
        "{ }",
        "[1,  2",
        "{'a':  1}",
        "def f():\n    return [\n    {'a':  1}]\n",
        "x = [\n1,  2\n]\nprint(x)\n",
    ],
)
def test_told_definitions_forms_and_code_keep_every_byte(value: str) -> None:
    assert told(f"What is this: @{value}@?").text == f"What is this: {value}?"


@pytest.mark.parametrize(
    "line", ["[4/3/2026, 09:00] Ann: hello\n", "[Desktop Entry]\nName=a\n", "{title: Home}\nla la\n"]
)
def test_told_data_with_brackets_that_begin_no_json_is_not_read_further(line: str) -> None:
    records = f"[{'1,  2, ' * 3000}3]"

    assert not compress(line * 500, "lossless", told=[(0, len(line) * 500)]).zones
    assert len(compress(records, "lossless", told=[(0, len(records))]).text) < len(records)


def test_records_that_look_like_a_definition_are_data() -> None:
    places = '{"type": "Feature", "properties":  {"name": "Rome", "kind": "text"}}'

    assert told(f"Where is @{places}@?").text == f"Where is {places.replace(' ', '')}?"


def test_words_of_data_never_say_what_the_task_is() -> None:
    note = "Translate this JSON to YAML, sort the lines, count all words."
    sent = told(f"Note: @{note}@ Order: @{ORDER}@. Is it open?")

    assert (sent.text, sent.note) == (f"Note: {note} Order: {SHORT}. Is it open?", "")


def test_json_around_told_data_is_an_instruction() -> None:
    text = f"Order:\n{ORDER}\n\nNext:\n@{ORDER}@\n\nWhich is dearer?"

    assert told(text).text == f"Order:\n{ORDER}\n\nNext:\n{SHORT}\n\nWhich is dearer?"


def test_a_long_value_is_a_document_for_the_question_of_the_template() -> None:
    sent = told(f"Text: @{STORY}@ Who rebuilt the @town hall@?", "focus").text

    assert sent.startswith("Text: ")
    assert "rebuilt in 1930 by Anna Meier" in sent
    assert "Bees" not in sent
    assert sent.endswith(" Who rebuilt the town hall?")


def test_a_question_within_data_is_not_the_question() -> None:
    sent = told(f"Who rebuilt the town hall? @{STORY} What do bees make?@", "focus").text

    assert "Anna Meier" in sent
    assert "Bees" not in sent


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
documents = st.builds(
    lambda value, indent, escaped: json.dumps(value, indent=indent, ensure_ascii=escaped),
    st.lists(json_values, max_size=4) | st.dictionaries(st.text(), json_values, max_size=4),
    st.sampled_from([None, 0, 1, 4, "\t"]),
    st.booleans(),
)
words = st.lists(
    st.sampled_from(
        [
            "Order:",
            "\n",
            "\n\n",
            "Is it paid?",
            "```",
            "{",
            "[1,  2]",
            '{"a":  1}',
            "<document>",
            "</document>",
            "<scrimp:keep>",
            "</scrimp:keep>",
            "Convert it.",
            "Example:",
            "a,b\nc,d\n",
            "  ",
            "$ ls",
            "\u00e9\U0001f600",
        ]
    ),
    max_size=6,
).map(" ".join)


@given(
    st.sampled_from(LEVELS),
    words,
    st.lists(st.tuples(documents | words | st.just(STORY), words), min_size=1, max_size=4),
)
def test_only_told_data_changes(level: str, first: str, parts: list[tuple[str, str]]) -> None:
    text, spans = first, []
    for value, after in parts:
        spans.append((len(text), len(text) + len(value)))
        text += value + after
    sent = compress(text, level, told=spans).text
    pattern = re.escape(first) + "".join(f"(.*?){re.escape(after)}" for _, after in parts)

    assert re.fullmatch(pattern, sent, re.DOTALL), (text, sent)


@given(words, st.lists(st.tuples(documents, words), min_size=1, max_size=4))
def test_told_json_decodes_to_the_same_values_from_the_same_lexemes(first: str, parts: list[tuple[str, str]]) -> None:
    text, spans = first, []
    for value, after in parts:
        spans.append((len(text), len(text) + len(value)))
        text += value + after
    sent = compress(text, "lossless", told=spans).text
    decoder, at = json.JSONDecoder(parse_int=str, parse_float=str), len(first)
    assert sent.startswith(first)
    for value, after in parts:
        decoded, end = decoder.raw_decode(sent, at)
        assert decoded == decoder.decode(value)
        assert re.findall(r'"(?:[^"\\]|\\.)*"', sent[at:end]) == re.findall(r'"(?:[^"\\]|\\.)*"', value)
        assert sent.startswith(after, end)
        at = end + len(after)
    assert at == len(sent)


@pytest.mark.parametrize("marked", ["Order: @{json}@", "@{json}@\n\nCustomer: @Ann@\n", "<order>@{json}@</order>\n"])
def test_labels_alone_are_no_task_about_form(marked: str) -> None:
    assert SHORT in told(marked.replace("{json}", ORDER)).text


def test_a_name_that_was_told_is_part_of_the_question() -> None:
    story = "Meier built the mill. " + STORY.replace("Anna Meier", "Ben Ott") + " Ott left a diary. Meier left none."
    sent = told(f"Text: @{story}@ What did @Meier@ do?", "focus").text

    assert "Meier built the mill." in sent
    assert "Meier left none." in sent


@given(st.lists(st.tuples(words, documents | words), max_size=4), words, st.data())
def test_told_data_is_found_again_in_what_its_zones_became(
    parts: list[tuple[str, str]], last: str, data: st.DataObject
) -> None:
    text, spans = "", []
    for before, value in parts:
        text += before
        spans.append((len(text), len(text) + len(value)))
        text += value
    zones = told_zones(text + last, spans)
    pieces = [zone.text if zone.kind in ("instruction", "code") else data.draw(words) for zone in zones]
    moved = moved_spans(spans, zones, pieces)
    joined, done = "".join(pieces), 0
    for (before, _), (start, end) in zip(parts, moved, strict=True):
        assert joined[done:start] == before
        done = end
    assert joined[done:] == last


def test_a_text_whose_parts_do_not_make_it_up_stays_as_it_was_given() -> None:
    text = f"Is it open?\n\n{json.dumps({'id': 7, 'open': [1, 2, 3], 'name': 'Ann'}, indent=4)}"
    found = compress(text, "lossless", told=[(13, len(text)), (40, len(text))])  # twice

    assert (found.text, found.changes) == (text, ())
    assert found.taken_back == (("all", "its parts together are not the text"),)
