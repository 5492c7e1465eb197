from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.answers.canonical import canonical
from scrimp.errors import InputError, UsageError
from scrimp.flows.tune.dataset import Dataset, disputed_rows, split_rows
from scrimp.flows.tune.recorded_rows import RecordedRows, rows_from_pairs, rows_from_recording
from scrimp.store.tuning.pairs import OutputSpec, StoredPrompt, StoredReply
from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow


def row(name: str, **said: RecordedAnswer) -> RecordedRow:
    return RecordedRow(id=name, answers={model.replace("_", "-"): one for model, one in said.items()})


CHEAP, DEAR = RecordedAnswer(asserted="1", cost=0.1), RecordedAnswer(asserted="1", cost=1.0)
ROWS = [row(f"{number}", gpt_tiny=CHEAP, claude_large=DEAR) for number in range(10)]


@given(st.lists(st.text(max_size=8), unique=True))
def test_a_row_is_in_one_half_for_good(names: list[str]) -> None:
    rows = [row(name, a=CHEAP) for name in names]
    split, alone = split_rows(rows), [split_rows([each]) for each in rows]

    assert split.train == [each for one in alone for each in one.train]
    assert split.test == [each for one in alone for each in one.test]
    assert len(split.train) + len(split.test) == len(rows)


def test_the_best_is_the_flagship_where_scores_are_known_and_the_most_expensive_where_they_are_not() -> None:
    right, wrong = RecordedAnswer(score=1.0, cost=0.4), RecordedAnswer(score=0.0, cost=1.0)
    known = [
        row(f"{number}", good=right, dear=wrong, gpt_tiny=RecordedAnswer(score=0.0, cost=0.1)) for number in range(10)
    ]

    assert Dataset(RecordedRows(known, {})).flagship == "good"
    assert Dataset(RecordedRows(ROWS, {})).flagship == "claude-large"


def test_what_costs_much_less_is_the_pool_unless_it_is_named() -> None:
    rows = [row(f"{n}", gpt_tiny=CHEAP, mid=RecordedAnswer(cost=0.5), claude_large=DEAR) for n in range(10)]

    assert list(Dataset(RecordedRows(rows, {})).pool) == ["gpt-tiny"]
    assert list(Dataset(RecordedRows(rows, {}), pool=["mid", "claude-large"]).pool) == ["mid"]
    with pytest.raises(UsageError, match="name some with --pool"):
        Dataset(RecordedRows(rows, {}), flagship="gpt-tiny")


def test_rows_that_lack_a_model_are_left_out() -> None:
    recording = Dataset(RecordedRows([*ROWS, row("x", claude_large=DEAR)], {}))

    assert (len(recording.rows), recording.left_out) == (10, 1)
    with pytest.raises(InputError, match="no row has a completion of each"):
        Dataset(RecordedRows([row("x", a=CHEAP), row("y", b=DEAR)], {}), flagship="b", pool=["a"])


def test_nothing_is_compared_with_what_has_no_price() -> None:
    with pytest.raises(InputError, match="cost of completions of claude-large"):
        Dataset(RecordedRows(ROWS, {}, frozenset({"claude-large"})))


def test_only_rows_on_which_models_differ_need_a_label() -> None:
    def said(asserted: str | None, score: float | None = None) -> RecordedAnswer:
        return RecordedAnswer(asserted=asserted, score=score, cost=1.0)

    rows = [
        row("same", a=said("1"), b=said("1"), top=said("1")),
        row("apart", a=said("2"), b=said("1"), top=said("1")),
        row("labelled", a=said("2", 0.0), b=said("1"), top=said("1", 1.0)),
        row("half", a=said("2", 0.0), b=said("1"), top=said("1")),
        row("open", a=said(None), b=said("1"), top=said(None)),
    ]
    found = {each.id: models for each, models in disputed_rows(rows, ["a", "b"], "top")}

    assert found == {"apart": ["a", "top"], "half": ["top"], "open": ["a", "b", "top"]}


def prompt(name: str, text: str, task: str | None) -> RecordedPrompt:
    reply = RecordedReply(output="**18** dollars", score=1.0, cost=Decimal("0.5"))
    return RecordedPrompt(id=name, text=text, task=task, replies={"a": reply, "b": RecordedReply(answer="18")})


def test_a_task_has_the_kind_that_most_of_its_prompts_are() -> None:
    sums = ["Solve the equation x + 1 = 2.", "Calculate the integral of x.", "Who are you?"]
    found = rows_from_recording(
        [prompt(f"{n}", text, "sums") for n, text in enumerate(sums)] + [prompt("x", "Who are you?", None)]
    )

    assert [each.kind for each in found.rows] == ["mathematics"] * 3 + ["question"]
    assert found.rows[0].answers["a"] == RecordedAnswer(score=1.0, asserted="18", cost=0.5)
    assert found.rows[0].answers["b"] == RecordedAnswer(asserted="18")
    assert found.unpriced == {"b"}
    assert found.texts["x"] == "Who are you?"


def test_gathered_completions_are_compared_by_what_was_asked_for() -> None:
    reply = StoredReply(model="a/small", output="Probably spam.", confidence=0.7, cost=Decimal("0.5"))
    kept = StoredPrompt(
        key="k", signature="s", kind="classification", text="t", asked=OutputSpec(("spam", "ham")), replies=(reply,)
    )
    found = rows_from_pairs([kept])

    assert found.rows == [
        RecordedRow(
            id="k", signature="s", kind="classification",
            answers={"a/small": RecordedAnswer(asserted="spam", confidence=0.7, cost=0.5)},
        )
    ]  # fmt: skip


def test_the_same_words_are_read_by_what_was_asked_for() -> None:
    """One output, asked for freely, by labels and by a schema: what is remembered of one is not taken for another."""
    said = '{"answer": "Yes."}'
    specs = (OutputSpec(), OutputSpec(choices=("yes", "no")), OutputSpec(schema={"type": "object"}))
    prompts = [
        StoredPrompt(
            key=f"{at}", signature="t", kind="k", text="?", asked=spec, replies=(StoredReply(model="a", output=said),)
        )
        for at, spec in enumerate((*specs, *reversed(specs)))
    ]
    asserted = [row.answers["a"].asserted for row in rows_from_pairs(prompts).rows]

    assert asserted == [canonical(said, spec.choices, spec.schema) for spec in (*specs, *reversed(specs))]
    assert len(set(asserted)) > 1
