"""The pieces that measure focus do what they say; how well focus does is not judged here."""

from __future__ import annotations

import json
from pathlib import Path

from bench.focus.items import Item, load
from bench.focus.run import measure, prompts, table

_ITEM = Item(
    id="a",
    kind="rag",
    passages=("The mill was built in 1702. It stood on the left bank.", "The bridge has four arches. It is old."),
    question="When was the mill built?",
    gold=("The mill was built in 1702.",),
)


def test_every_prompt_holds_every_passage_and_the_question() -> None:
    written = list(prompts(_ITEM))

    assert len({(labeling, position) for labeling, position, _ in written}) == len(written) > 100
    for labeling, position, prompt in written:
        assert _ITEM.question in prompt, (labeling, position)
        assert all(passage in prompt for passage in _ITEM.passages), (labeling, position)


def test_an_answer_is_kept_where_its_lines_are_wrapped() -> None:
    assert _ITEM.kept_in("[1] The mill was\n  built in 1702. It")
    assert not _ITEM.kept_in("The mill was built. In 1702.")


def test_what_is_left_whole_is_kept_by_chance_too() -> None:
    measured = list(measure([_ITEM], 1.0))

    assert all((each.kept, each.cut, each.by_chance) == (True, 0.0, 1.0) for each in measured)
    assert table(measured, "position")[-1].split() == ["all", str(len(measured)), "100.0", "100.0", "0.0", "100.0"]


def test_items_are_questions_whose_answer_is_in_their_passages(tmp_path: Path) -> None:
    text = "The mill was built in 1702.\n\nThe bridge is old.\n\nQuestion: When was the mill built?"
    rows = [
        {"id": "a", "type": "qa_article", "text": text, "question": "When?", "answers": ["1702"]},
        {"id": "b", "type": "qa_article", "text": text, "question": "Who?", "answers": ["nobody"]},
        {"id": "c", "type": "table_qa", "text": text, "answers": ["1702"]},
    ]
    (tmp_path / "qa.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "own.jsonl").write_text(json.dumps({"context": "a", "question": "How old?", "answer": "old"}), "utf-8")

    found = load(tmp_path, own=tmp_path / "own.jsonl")

    assert [(item.id, item.question) for item in found] == [("a", "When?"), ("a", "How old?")]
    assert found[0].passages == ("The mill was built in 1702.", "The bridge is old.")
