"""`scrimp run` as a person sees it at a terminal, beside what a program gets."""

from __future__ import annotations

import json
import re

from command import Scrimp
from fake_provider import FakeProvider, completion
from terminal import at_terminal, without_styles


def test_a_terminal_shows_the_answers_and_a_pipe_gets_json(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion("red" if "apple" in body["messages"][-1]["content"] else "a\nb")
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", '{"id": "r1", "prompt": "apple"}\n{"id": "r2", "prompt": "letters"}\n')
    seen = without_styles(at_terminal(scrimp, "run", "rows.jsonl", "--progress", "none"))
    piped = scrimp("run", "rows.jsonl")

    assert re.match(r"r1  red +test-model  \$0.00003\nr2 +test-model  \$0.00003\na\nb\n\nwhat ", seen)
    assert [row["output"] for row in piped.rows] == ["red", "a\nb"]


def test_a_terminal_gets_json_where_it_is_asked_for_and_a_file_always(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.txt", "apple\n")
    asked = at_terminal(scrimp, "run", "rows.txt", "--out", "jsonl", "-q")
    at_terminal(scrimp, "run", "rows.txt", "-o", "rows")

    assert json.loads(asked)["output"] == "echo: apple"
    assert json.loads((scrimp.cwd / "rows").read_text())["cache"] == "hit"


def test_no_control_character_of_a_provider_reaches_the_terminal(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion("\x1b]0;owned\x07 \x9b2J", model="model\x1b[2J")
    scrimp.provider(provider.url, more="[defaults]\nmax_cost = 1\nallow_unpriced = true\n")
    scrimp.file("rows.txt", "apple\n")
    for words in (("run", "rows.txt"), ("run", "rows.txt", "-v"), ("ask", "apple", "-v"), ("cost",)):
        seen = re.sub(r"\x1b\[[0-9;]*[mK]", "", at_terminal(scrimp, *words))
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", seen)


def test_the_bar_has_the_total_of_a_file(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.delay = 0.11  # longer than the bar waits until it is drawn again
    scrimp.provider(provider.url)
    scrimp.file("rows.txt", "one\ntwo\nthree\n")
    seen = at_terminal(scrimp, "run", "rows.txt", "-o", "rows.jsonl", "-j", "1", columns=100)

    assert re.search(r"[123]/3 rows  ━+╸?━*  (33|67|100) %  ", without_styles(seen))


def test_the_bar_leaves_nothing_between_the_rows_and_the_bill(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.txt", "one\n")
    seen = without_styles(at_terminal(scrimp, "run", "rows.txt"))
    lines = [re.split(r"\r\x1b\[K", line)[-1] for line in seen.split("\n")]  # what stands after a line was erased

    assert lines[0].startswith("rows.txt:1  echo: one")
    assert (lines[1], lines[2][:4]) == ("", "what")


BAR = re.compile(r"\d rows  \$")  # at any moment of the run: a fast one may end before it is drawn again


def test_no_bar_is_drawn_where_a_filter_prints_the_rows_on_the_same_terminal(
    scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", "".join(f'{{"text": "hello {number}"}}\n' for number in range(20)))
    words = ("run", "rows.jsonl", "-j", "2", "--cache", "off")

    lines = at_terminal(scrimp, *words, through="cut -c1-18").splitlines()
    assert {f'{{"v":1,"index":{number},'[:18] for number in range(10, 20)} <= set(lines)
    assert not [line for line in lines if BAR.search(line)]
    assert BAR.search(at_terminal(scrimp, *words, through="cat > rows.out"))
    assert BAR.search(at_terminal(scrimp, *words, "--progress", "bar", through="cut -c1-18"))
