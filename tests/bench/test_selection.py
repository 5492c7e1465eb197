"""The pieces that measure which sentences focus selects do what they say; how well focus does is not judged here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.focus.selection import interval, outcome, row
from bench.focus.sets import QUESTIONS, Asked, sets

_BRIDGE = "The bridge over the Elm has four arches."
_ASKED = Asked(
    set="two hops",
    passages=(
        "The mill stands beside the Elm bridge. It was built in 1702 of stones from the old castle above the town.",
        f"{_BRIDGE} It is old, and nobody knows who made the plan of it or paid for it.",
    ),
    question="Which bridge does the mill stand beside?",
    needed=(("The mill stands beside the Elm bridge.",), (_BRIDGE,)),
)


def test_all_that_is_needed_must_be_left() -> None:
    assert _ASKED.kept_in(f"The mill stands\nbeside the Elm bridge. {_BRIDGE}")
    assert not _ASKED.kept_in(_BRIDGE)


def test_where_all_is_left_the_others_leave_all() -> None:
    measured = outcome(_ASKED, 1.0)

    assert (measured.kept, measured.size, measured.by_place, measured.by_chance) == (True, 1.0, 1.0, 1.0)
    assert row("two hops", [measured])[:3] == ("two hops", "1", "100.0")


def test_others_get_as_many_characters_as_focus_leaves() -> None:
    measured = outcome(_ASKED, 0.5)

    assert measured.size < 0.7
    assert measured.by_chance < 1.0


@pytest.mark.parametrize(
    ("found", "of", "expected"), [(0, 10, (0.0, 0.278)), (10, 10, (0.722, 1.0)), (81, 263, (0.255, 0.366))]
)
def test_the_interval_is_wilsons(found: int, of: int, expected: tuple[float, float]) -> None:
    assert interval(found, of) == pytest.approx(expected, abs=0.0006)  # figures of Newcombe, 1998, table I


def test_what_is_needed_is_in_the_passages() -> None:
    for text in map(json.loads, QUESTIONS.read_text("utf-8").splitlines()):
        flat = " ".join(text["passages"])
        assert text["source"]
        assert text["licence"]
        for asked in text["asked"]:
            assert asked["needed"], asked
            assert all(any(words in flat for words in group) for group in asked["needed"]), asked


def test_a_passage_alone_gets_four_others_that_do_not_answer(tmp_path: Path) -> None:
    texts = [
        f"The {kind} of the mill was built in {year}." for year, kind in enumerate(("wheel", "roof", "door"), 1700)
    ]
    rows = [
        {"id": text, "type": "rag", "text": text, "question": f"When was {text[4:9]} built?", "answers": [text[-5:-1]]}
        for text in texts
    ]
    (tmp_path / "qa.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    (tmp_path / "own.jsonl").touch()

    found = sets(tmp_path, own=tmp_path / "own.jsonl")

    alike = found["five passages"]
    assert [set(asked.passages) for asked in alike] == [set(texts)] * 3  # there are no four others here
    for asked in found["NaturalQuestions"]:
        assert len(asked.passages) == 5
        assert sum(asked.kept_in(passage) for passage in asked.passages) <= 1


def test_a_question_is_in_the_same_half_whatever_else_there_is() -> None:
    halves = [Asked(set="", passages=(), question=f"Question {number}?", needed=()).held_out for number in range(200)]

    assert 70 < sum(halves) < 130
    assert Asked(set="other", passages=("a",), question="Question 0?", needed=()).held_out == halves[0]
