"""Which columns of a template hold data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.read.template import Template


def told(template: str, row: dict[str, object]) -> list[str]:
    text, spans = Template(template).fill(row, "rows.csv:2")  # type: ignore[arg-type]
    return [text[start:end] for start, end in spans]


def test_the_value_of_a_column_is_data_where_it_stands() -> None:
    row = {"order": '{"id": 7}', "name": "{{Ann}}"}

    assert told("{{x}} Dear {name}: {order}. Is it open?", row) == ["{{Ann}}", '{"id": 7}']


@pytest.mark.parametrize(
    "column",
    ["prompt", "Question", "user_query", "instructions", "task", "System", "userPrompt", "user_message", "question 2",
     "task_description", "prompt_text", "row.question", "output_format", "json_schema", "example_1", "few_shot_answers",
     "frage", "pregunta", "\u95ee\u9898", "tools", "options"],
)  # fmt: skip
def test_a_column_named_like_an_instruction_is_one(column: str) -> None:
    assert told(f"Look: {{{column}}} at {{order}}", {column: "a", "order": "b"}) == ["b"]


@pytest.mark.parametrize(
    "column",
    ["order", "text", "line", "user_orders", "question_answers", "customer", "tasklist", "body", "ticket", "username",
     "policy", "document", "answer", "output", "promptness", "\u8ba2\u5355", "2024", "system_log"],
)  # fmt: skip
def test_any_other_column_is_data(column: str) -> None:
    assert told(f"Look: {{{column}}}", {column: "a"}) == ["a"]


@pytest.mark.parametrize("template", ["{order}", " {order}\n", "{order}\n---\n{name}", "<{order}>", "{{{order}}}"])
def test_a_template_without_a_word_leaves_the_instructions_to_its_columns(template: str) -> None:
    assert told(template, {"order": "a", "name": "b"}) == []


def test_beside_an_instruction_column_no_word_is_needed() -> None:
    assert told("{question}\n\n{order}", {"question": "a", "order": "b"}) == ["b"]


@given(
    st.lists(st.tuples(st.sampled_from(["order", "a.b", " x ", "question"]), st.text()), min_size=1, max_size=5),
    st.dictionaries(st.sampled_from(["order", "a.b", "x", "question"]), st.text() | st.integers(), min_size=4),
)
def test_what_is_told_is_the_value_of_each_column_in_its_place(
    parts: list[tuple[str, str]], row: dict[str, object]
) -> None:
    template = "Look: " + "".join(
        f"{{{column}}}" + after.replace("{", "{{").replace("}", "}}") for column, after in parts
    )
    values = [str(row[column.strip()]) for column, _ in parts if column != "question"]

    assert told(template, row) == values
