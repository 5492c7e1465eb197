"""The comparison of compressors finds what a tool lost, and says so where it is not installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench.compressors import items
from bench.compressors.checks import Share, found, total, visible
from bench.compressors.items import Item
from bench.compressors.run import row, run

_PROSE = Item("p", "Do not delete `data/x.csv`.\n\n```python\nx  =  1\n```\nIt has 1.0 rows.", "docs")
_JSON = Item("j", '{"a": 1.0, "b": [1e400, 12345678901234567890]}', "data/json")


def _came_out(text: str, **more: object) -> dict[str, object]:
    return {"text": text, "seconds": 0.5, "again": text} | more


def test_what_changed_nothing_kept_everything() -> None:
    same = found(_PROSE, _came_out(_PROSE.text), len)

    assert same.facts.kept == same.facts.of >= 3
    assert same.negations == same.code == same.not_longer == same.same_again == Share(1, 1)
    assert same.json == Share()


def test_a_lost_number_negation_or_code_block_is_found() -> None:
    worse = found(_PROSE, _came_out("Delete data/x.csv. ```python x = 1 ``` It has 1 rows.", again="Delete."), len)

    assert worse.negations == worse.code == worse.same_again == Share(0, 1)
    assert worse.facts.kept < worse.facts.of - 1


@pytest.mark.parametrize(
    ("after", "same"),
    [
        ('{"a":1.0,"b":[1e400,12345678901234567890]}', True),
        ('{"a":1,"b":[1e400,12345678901234567890]}', False),
        ('{"a":1.0,"b":[Infinity,12345678901234567890]}', False),
        ("a: 1.0", False),
    ],
)
def test_json_is_the_same_lexeme_by_lexeme(after: str, *, same: bool) -> None:
    assert found(_JSON, _came_out(after), len).json == Share(int(same), 1)


def test_a_notation_of_its_own_is_read_by_the_tools_decoder() -> None:
    assert found(_JSON, _came_out("<own>", decoded=_JSON.text), len).json == Share(1, 1)


def test_a_text_that_failed_is_sent_as_it_was() -> None:
    failed = found(_PROSE, {"error": "ValueError: too short"}, len)

    assert (failed.failed, failed.after, failed.seconds) == (1, failed.before, 0)


def test_a_page_is_what_its_reader_sees() -> None:
    page = "<head><title>T</title></head><p>Not <b>42</b> but</p><p>43</p><script>var y = 7;</script>"

    assert visible(page).split() == ["Not", "42", "but", "43"]
    gone = found(Item("h", page, "html"), _came_out("Not 42 but 43"), len)
    assert gone.facts.kept == gone.facts.of >= 3


def test_the_line_of_a_tool_adds_its_texts_up() -> None:
    both = total([found(_PROSE, _came_out(_PROSE.text), len), found(_JSON, _came_out('{"a":1.0}'), len)])

    cells = row("tool", both).split()

    assert both.not_longer == Share(2, 2)
    assert cells[0] == "tool"
    assert cells[5] == "0.0%"


def test_a_tool_that_is_not_installed_is_skipped_with_a_sentence(tmp_path: Path) -> None:
    assert run("scrimp lossless", str(tmp_path / "python"), ["a"]).why_not.startswith("skipped: there is no Python")


def test_scrimp_itself_goes_through_the_worker() -> None:
    ran = run("scrimp lossless", sys.executable, ["a  \n\n\n\n\nb", _JSON.text])

    assert (ran.why_not, len(ran.results)) == ("", 2)
    assert found(_JSON, ran.results[1], len).json == Share(1, 1)


def test_texts_are_sorted_by_what_they_are(tmp_path: Path) -> None:
    lines = {"prompts": ["user_short"], "docs": ["html", "email"], "data": ["log", "jsonl", "diff"]}
    for name, types in lines.items():
        rows = [json.dumps({"id": f"{name}-{each}", "type": each, "text": "x"}) for each in types]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows) + "\n")

    assert sorted(items.load(tmp_path)) == ["data/code", "data/json", "data/logs", "docs", "html", "prompts"]
