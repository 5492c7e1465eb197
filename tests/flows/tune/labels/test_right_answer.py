from __future__ import annotations

import pytest

from scrimp.errors import InputError
from scrimp.flows.tune.labels.right_answer import GoldColumn, score_by, why_no_answer
from scrimp.store.tuning.pairs import OutputSpec
from scrimp.values import Json, Prompt

FREE, LABELS = OutputSpec(), OutputSpec(("billing", "shipping"))
FIELDS = OutputSpec(schema={"type": "object", "properties": {"team": {"type": "string"}}})


@pytest.mark.parametrize(
    ("right", "output", "asked", "score"),
    [
        ("18", "$18.00", FREE, 1.0),
        ("18", "The answer is 19.", FREE, 0.0),
        ("18", "I don't know.", FREE, 0.0),
        ("Billing", "billing", LABELS, 1.0),
        ("billing", "shipping", LABELS, 0.0),
        ('{"team": "a"}', '{"team":"a"}', FIELDS, 1.0),
        ('{"team": "a"}', '{"team": "b"}', FIELDS, 0.0),
        # A text that asserts nothing to compare by is right word for word; of another nobody knows.
        (
            "Restart the replica once the disk has some room, and tell the owner of db-2 before that.",
            "Restart the replica  once the disk has some room, and tell the owner of db-2 before that.\n",
            FREE, 1.0,
        ),
        (
            "Restart the replica once the disk has some room, and tell the owner of db-2 before that.",
            "Free some room on the disk; then restart the replica. The owner of db-2 wants to know first.",
            FREE, None,
        ),
        # Neither is "N/A" the same as any other way to give no answer.
        ("N/A", "N/A", FREE, 1.0),
        ("N/A", "unknown", FREE, None),
    ],
)  # fmt: skip
def test_a_completion_is_right_where_it_asserts_the_right_answer(
    right: str, output: str, asked: OutputSpec, score: float | None
) -> None:
    assert score_by(right, output, asked) == score


def test_an_answer_that_no_completion_could_give_is_told() -> None:
    assert why_no_answer("billing", LABELS) is None
    assert why_no_answer("refunds", LABELS) == "'refunds' is none of billing, shipping"
    assert why_no_answer("billing", FIELDS) is not None
    assert why_no_answer("anything at all", FREE) is None


def rows(*values: Json) -> list[Prompt]:
    return [
        Prompt(index=index, text="t", source=f"t.csv:{index + 2}", row={"text": "t", "team": value})
        for index, value in enumerate(values)
    ]


def test_rows_without_a_usable_answer_get_no_label_and_the_first_are_named() -> None:
    said: list[str] = []
    gold = GoldColumn("team", LABELS, said.append)
    prompts = rows("billing", "", None, " ", "refunds", *["other"] * 9)
    scored = [gold.score(prompt, "billing") for prompt in prompts]
    again = [gold.score(prompt, "shipping") for prompt in prompts]

    assert scored == [(1.0, "gold"), *[(None, None)] * 13]
    assert again[0] == (0.0, "gold")
    assert said[0] == "t.csv:6: team: 'refunds' is none of billing, shipping: its completions get no label"
    assert len(said) == 5
    assert said[-1].endswith("further rows are only counted")
    assert gold.summary == "13 prompts without a right answer in team: scrimp tune label labels their completions"


def test_a_column_that_no_row_had_is_an_error_and_one_that_a_later_row_lacks_is_not() -> None:
    (first,) = rows("billing")
    lacking = Prompt(index=7, text="t", source="t.jsonl:8", row={"text": "t"})
    gold = GoldColumn("team", LABELS, lambda _: None)
    with pytest.raises(InputError, match=r"t\.csv:2: there is no column 'label': the columns are text, team; correct"):
        GoldColumn("label", LABELS, lambda _: None).right(first)
    with pytest.raises(InputError, match="there is no column 'team'"):
        GoldColumn("team", LABELS, lambda _: None).right(Prompt(index=0, text="a line", source="t.txt:1"))

    assert [gold.right(prompt) for prompt in (first, lacking)] == ["billing", None]


def test_a_column_within_a_field_is_found() -> None:
    prompt = Prompt(index=0, text="t", source="t.jsonl:1", row={"meta": {"gold": 18}})

    assert GoldColumn("meta.gold", FREE, lambda _: None).right(prompt) == "18"
