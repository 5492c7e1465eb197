"""At `lossless` nothing but the white space of JSON that is data differs, whatever else a prompt holds."""

from __future__ import annotations

import os

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pygments.lexers import get_lexer_by_name
from pygments.token import Error, Whitespace

from compress.property import strategies
from compress.property.judge import faults
from scrimp.compress import compress

some = settings(max_examples=int(os.environ.get("SCRIMP_EXAMPLES", "12")))
FRAMES = ["{}", "Who is the owner?\n\n{}", "{}\n\nWho is the owner?", "Ann wrote this:\n\n{}\n\nWhich city is meant?"]
frames = st.sampled_from(FRAMES)
ROWS = '[\n  {\n    "id": 1,\n    "open": true\n  },\n  {\n    "id": 2,\n    "open": false\n  }\n]'


@pytest.mark.parametrize("language", strategies.PROGRAMS)
@some
@given(data=st.data())
def test_programs_keep_every_token_and_byte(language: str, data: st.DataObject) -> None:
    program, frame = data.draw(strategies.programs(language)), data.draw(frames)
    before, _, after = frame.partition("{}")
    lexer = get_lexer_by_name(strategies.PROGRAMS[language][0])

    for level in ("lossless", "tidy", "dense"):
        found = compress(frame.replace("{}", program), level).text
        assert list(lexer.get_tokens(found.removeprefix(before).removesuffix(after))) == list(lexer.get_tokens(program))
        assert found == frame.replace("{}", program)


@pytest.mark.parametrize("language", strategies.PROGRAMS)
def test_the_programs_are_programs(language: str) -> None:
    name, pieces = strategies.PROGRAMS[language]
    tokens = list(
        get_lexer_by_name(name).get_tokens("\n\n".join(pieces).replace("@JSON@", "").replace("@INDENTED@", ""))
    )
    kinds = {kind for kind, _ in tokens} - {Error, Whitespace}

    assert sum(kind is Error for kind, _ in tokens) < 0.1 * len(tokens)
    assert len(kinds) > 3


@some
@given(strategies.PROMPTS)
def test_a_prompt_loses_nothing_but_white_space_between_tokens_of_its_json(parts: list[strategies.Part]) -> None:
    before = strategies.joined(parts)
    after = compress(before, "lossless").text

    assert faults(before, after) == []
    assert compress(after, "lossless").text == after


@some
@given(strategies.FRAMED)
@example([("Context:\n{1}", "They wrote:"), *[("<document>\n{1}\n</document>", ROWS)] * 2])
def test_documents_in_frames_lose_nothing_else_and_come_once(documents: list[strategies.Part]) -> None:
    before, told = strategies.in_frames(documents)

    assert faults(before, compress(before, "lossless").text) == []
    for level in ("lossless", "tidy"):
        after = compress(before, level, told=told).text
        assert len(after) <= len(before)
        assert level == "tidy" or "".join(after.split()) == "".join(before.split())


@some
@given(st.lists(strategies.DATA, min_size=1, max_size=5, unique_by=lambda part: part[0]))
def test_all_white_space_of_json_in_data_is_gone(parts: list[strategies.Part]) -> None:
    after = compress(strategies.joined(parts), "lossless").text

    assert after == strategies.joined([strategies.without_white_space(part) for part in parts])


@some
@given(strategies.PROMPTS)
def test_markdown_is_rendered_the_same(parts: list[strategies.Part]) -> None:
    before = strategies.joined(parts)
    after = compress(before, "lossless").text
    markdown = MarkdownIt("commonmark").enable("table")

    def rendered(text: str) -> list[tuple[str, str]]:
        return [(token.type, token.content) for token in markdown.parse(text) if token.type in ("fence", "code_block")]

    assert rendered(after) == rendered(before)


@settings(max_examples=60)
@given(strategies.YAML, frames, st.booleans())
def test_yaml_is_loaded_the_same(text: str, frame: str, told: bool) -> None:
    before, _, after = frame.partition("{}")
    spans = [(len(before), len(before) + len(text))] if told else []

    for level in ("lossless", "tidy"):
        found = compress(frame.replace("{}", text), level, told=spans).text
        assert found.startswith(before)
        assert found.endswith(after)
        loaded = list(yaml.safe_load_all(found.removeprefix(before).removesuffix(after)))
        assert repr(loaded) == repr(list(yaml.safe_load_all(text)))
        if level == "lossless" and not told:
            assert faults(frame.replace("{}", text), found) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("a\n\n[1, 2]\n", "a\n\n[1,2]\n", None),
        ('[{"a": "b  c"}]', '[{"a":"b  c"}]', None),
        ('[{"a": "b  c"}]', '[{"a":"b c"}]', "was put in the place"),
        ('[{"a": "b c"}]', '[{"a":"bc"}]', "within a string"),
        ("a b\n\n[1, 2]", "ab\n\n[1,2]", "outside JSON"),
        ("x = [1, 2]", "x = [1,2]", "outside JSON"),
        ("[1, 2] # all", "[1,2] # all", "outside JSON"),
        ("[1, 2,]", "[1,2,]", "outside JSON"),
        ("[1, 2]\n", "[1, 2]", "outside JSON"),
        ("[1, 20]", "[1,2]", "became"),
        ("[1,2]\r\n[3]\r\n", "[1,2]\n[3]\r\n", "was put in the place"),
    ],
)
def test_the_judge_sees_what_may_not_differ(before: str, after: str, fault: str | None) -> None:
    found = faults(before, after)

    assert found == [] if fault is None else any(fault in sentence for sentence in found)
