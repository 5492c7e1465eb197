from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes import answer, answered, entry, failed
from scrimp.render.rows.writers import open_row_writer
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import display_width
from scrimp.values import Outcome

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def shown(*outcomes: Outcome, width: int = 60, color: bool = False) -> str:
    stream = io.BytesIO()
    style = StreamStyle(terminal=True, color=color, width=width, movable_cursor=True)
    writer = open_row_writer(stream, None, None, terminal=True, warn=print, style=style)
    for outcome in outcomes:
        writer.write(outcome)
    writer.close()
    return stream.getvalue().decode()


def test_a_short_completion_is_a_line_with_its_id_its_model_and_its_cost() -> None:
    assert shown(answered(name="t-41"), answered(name="t-42", cache="hit"), answered(name="x", cache="dup")) == (
        "t-41  billing                         gpt-6-luna  $0.0000118\n"
        "t-42  billing                             gpt-6-luna  cached\n"
        "x     billing                          gpt-6-luna  duplicate\n"
        "\n"
    )


def test_a_long_completion_stands_below_its_id() -> None:
    assert shown(answered(answer("Dear Ada,\n\nthank you.\n"), name="t-41")) == (
        "t-41                                  gpt-6-luna  $0.0000118\nDear Ada,\n\nthank you.\n\n"
    )


def test_a_row_without_an_id_is_named_by_its_place() -> None:
    assert shown(answered(index=4)).startswith("in.jsonl:5  billing")


def test_a_failed_row_says_why_and_shows_what_there_was_of_it() -> None:
    assert shown(failed(index=2)) == "in.jsonl:3  error: openai had an error\n\n"
    assert shown(failed("truncated", message="cut off at 2 tokens", kept=answer("bill"))) == (
        "in.jsonl:1  truncated: cut off at 2 tokens\nbill\n\n"
    )


def test_an_unknown_cost_is_never_zero() -> None:
    unpriced = answered(answer(cost=None), entries=[entry(cost=None)])

    assert shown(unpriced).endswith("gpt-6-luna  unknown cost\n\n")


def test_an_empty_completion_is_named() -> None:
    assert "(empty)" in shown(answered(answer("")))


def test_colors_change_no_word() -> None:
    outcomes = [answered(name="a"), answered(answer("b\nc")), failed()]
    colored = shown(*outcomes, color=True)

    assert "\x1b[36m" in colored
    assert _STYLE.sub("", colored) == shown(*outcomes)


@given(text=st.text(), name=st.text(min_size=1), message=st.text(), width=st.integers(1, 200))
def test_no_control_character_reaches_the_terminal(text: str, name: str, message: str, width: int) -> None:
    output = shown(
        answered(answer(text, model=f"openai/{text}"), name=name),
        failed(message=message, kept=answer(text)),
        width=width,
    )

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", output)


@given(text=st.text(st.characters(categories=["L", "N"]), max_size=90), width=st.integers(30, 200))
def test_the_line_of_a_row_fits_the_screen(text: str, width: int) -> None:
    first, *_ = shown(answered(answer(text), name="t-41"), width=width).splitlines()

    assert display_width(first) <= width


@pytest.mark.parametrize(("out", "fields"), [("jsonl", None), (None, ["output"])])
def test_a_named_format_and_named_fields_are_json_at_a_terminal_too(out: str | None, fields: list[str] | None) -> None:
    stream = io.BytesIO()
    writer = open_row_writer(stream, out, fields, terminal=True, warn=print, style=StreamStyle(True, False))
    writer.write(answered())

    assert stream.getvalue().startswith(b"{")
