from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError, UsageError
from scrimp.flows.tune.dataset import Recording, Rows, differing, from_evidence, from_file, halves
from scrimp.store.evidence import Asked, KeptPrompt, KeptReply
from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply
from scrimp.tuning.recorded_row import Recorded, Said


def row(name: str, **said: Said) -> Recorded:
    return Recorded(id=name, said={model.replace("_", "-"): one for model, one in said.items()})


CHEAP, DEAR = Said(asserted="1", cost=0.1), Said(asserted="1", cost=1.0)
ROWS = [row(f"{number}", gpt_tiny=CHEAP, claude_large=DEAR) for number in range(10)]


@given(st.lists(st.text(max_size=8), unique=True))
def test_a_row_is_in_one_half_for_good(names: list[str]) -> None:
    rows = [row(name, a=CHEAP) for name in names]
    half, alone = halves(rows), [halves([each]) for each in rows]

    assert half.learned == [each for one in alone for each in one.learned]
    assert half.reported == [each for one in alone for each in one.reported]
    assert len(half.learned) + len(half.reported) == len(rows)


def test_the_best_is_the_flagship_where_scores_are_known_and_the_dearest_where_they_are_not() -> None:
    right, wrong = Said(score=1.0, cost=0.4), Said(score=0.0, cost=1.0)
    known = [row(f"{number}", good=right, dear=wrong, gpt_tiny=Said(score=0.0, cost=0.1)) for number in range(10)]

    assert Recording(Rows(known, {})).flagship == "good"
    assert Recording(Rows(ROWS, {})).flagship == "claude-large"


def test_what_costs_much_less_is_the_pool_unless_it_is_named() -> None:
    rows = [row(f"{n}", gpt_tiny=CHEAP, mid=Said(cost=0.5), claude_large=DEAR) for n in range(10)]

    assert list(Recording(Rows(rows, {})).pool) == ["gpt-tiny"]
    assert list(Recording(Rows(rows, {}), pool=["mid", "claude-large"]).pool) == ["mid"]
    with pytest.raises(UsageError, match="name some with --pool"):
        Recording(Rows(rows, {}), flagship="gpt-tiny")


def test_rows_that_lack_a_model_are_left_out() -> None:
    recording = Recording(Rows([*ROWS, row("x", claude_large=DEAR)], {}))

    assert (len(recording.rows), recording.left_out) == (10, 1)
    with pytest.raises(InputError, match="no row has a completion of each"):
        Recording(Rows([row("x", a=CHEAP), row("y", b=DEAR)], {}), flagship="b", pool=["a"])


def test_nothing_is_compared_with_what_has_no_price() -> None:
    with pytest.raises(InputError, match="completions of claude-large cost"):
        Recording(Rows(ROWS, {}, frozenset({"claude-large"})))


def test_only_rows_on_which_models_differ_need_a_label() -> None:
    def said(asserted: str | None, score: float | None = None) -> Said:
        return Said(asserted=asserted, score=score, cost=1.0)

    rows = [
        row("same", a=said("1"), b=said("1"), top=said("1")),
        row("apart", a=said("2"), b=said("1"), top=said("1")),
        row("labelled", a=said("2", 0.0), b=said("1"), top=said("1", 1.0)),
        row("half", a=said("2", 0.0), b=said("1"), top=said("1")),
        row("open", a=said(None), b=said("1"), top=said(None)),
    ]
    found = {each.id: models for each, models in differing(rows, ["a", "b"], "top")}

    assert found == {"apart": ["a", "top"], "half": ["top"], "open": ["a", "b", "top"]}


def prompt(name: str, text: str, task: str | None) -> RecordedPrompt:
    reply = RecordedReply(output="**18** dollars", score=1.0, cost=Decimal("0.5"))
    return RecordedPrompt(id=name, text=text, task=task, replies={"a": reply, "b": RecordedReply(answer="18")})


def test_a_task_has_the_kind_that_most_of_its_prompts_are() -> None:
    sums = ["Solve the equation x + 1 = 2.", "Calculate the integral of x.", "Who are you?"]
    found = from_file(
        [prompt(f"{n}", text, "sums") for n, text in enumerate(sums)] + [prompt("x", "Who are you?", None)]
    )

    assert [each.kind for each in found.rows] == ["mathematics"] * 3 + ["question"]
    assert found.rows[0].said["a"] == Said(score=1.0, asserted="18", cost=0.5)
    assert found.rows[0].said["b"] == Said(asserted="18")
    assert found.unpriced == {"b"}
    assert found.texts["x"] == "Who are you?"


def test_gathered_completions_are_compared_by_what_was_asked_for() -> None:
    reply = KeptReply(model="a/small", output="Probably spam.", confidence=0.7, cost=Decimal("0.5"))
    kept = KeptPrompt(
        key="k", signature="s", kind="classification", text="t", asked=Asked(("spam", "ham")), replies=(reply,)
    )
    found = from_evidence([kept])

    assert found.rows == [
        Recorded(
            id="k", signature="s", kind="classification",
            said={"a/small": Said(asserted="spam", confidence=0.7, cost=0.5)},
        )
    ]  # fmt: skip
