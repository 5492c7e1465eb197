"""Data that the caller told, from the command line to the bytes that are sent."""

from __future__ import annotations

import json

import pytest

from command import Scrimp
from fake_provider import FakeProvider

ORDER = '{\n  "id": 7.50,\n  "note":  "convert all lines to YAML"\n}'
SHORT = '{"id":7.50,"note":"convert all lines to YAML"}'


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    return scrimp


def sent(provider: FakeProvider, turn: int = -1) -> list[str]:
    return [body["messages"][turn]["content"] for body in provider.bodies]


def test_what_is_piped_in_beside_a_prompt_is_data(ready: Scrimp, provider: FakeProvider) -> None:
    text = f"It came: {ORDER}\nExample:\n{ORDER}\n"
    ready("ask", "Which order is open?", stdin=ORDER)
    ready("ask", "Orders:", "-", "Which is  open?", stdin=f"{ORDER}\n")
    ready("ask", "Which order is open?", stdin=text)

    assert sent(provider) == [
        f"Which order is open?\n\n{SHORT}",
        f"Orders:\n\n{SHORT}\n\nWhich is  open?",
        f"Which order is open?\n\nIt came: {ORDER}\nExample:\n{SHORT}",
    ]


def test_a_prompt_that_is_piped_in_alone_is_instruction(ready: Scrimp, provider: FakeProvider) -> None:
    ready("ask", stdin=f"Is it open? {ORDER}")

    assert sent(provider) == [f"Is it open? {ORDER}"]


def test_the_words_of_a_prompt_beside_data_decide_and_stay(ready: Scrimp, provider: FakeProvider) -> None:
    ready("ask", "Convert it to YAML.", stdin=ORDER)
    ready("ask", 'Is it open? {"a":  1}', stdin=ORDER)
    ready("ask", "Here it is.", "-s", "Write each order as XML.", stdin=ORDER)

    assert sent(provider) == [
        f"Convert it to YAML.\n\n{ORDER}",
        f'Is it open? {{"a":  1}}\n\n{SHORT}',
        f"Here it is.\n\n{ORDER}",
    ]


def test_context_is_data_however_short(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("a.json", ' {"a":  1}\n')
    ready.file("b.txt", "Is it  ready?\nconvert it\n")
    ready("ask", "Which is open?", "--context", "a.json", "--context", "b.txt", stdin=ORDER)

    assert sent(provider) == [
        (
            '<document source="a.json">\n {"a":1}\n</document>\n\n'
            '<document source="b.txt">\nIs it  ready?\nconvert it\n</document>\n\n'
            f"Which is open?\n\n{SHORT}"
        )
    ]


def test_a_conversation_that_goes_on_sends_the_same_bytes_again(ready: Scrimp, provider: FakeProvider) -> None:
    ready("ask", "Is order 7 open?", stdin=f"Like: {ORDER}\nExample:\n{ORDER}")
    ready("ask", "-c", "Who paid it?")

    assert sent(provider, 0)[0] == sent(provider, 0)[1]
    assert sent(provider, 0)[0].endswith(SHORT)


def test_what_was_told_is_not_in_the_cache_key(ready: Scrimp, provider: FakeProvider) -> None:
    ready("ask", f"Is it open?\n\n{ORDER}", "--compress", "lossless")
    ready("ask", "Is it open?", "--compress", "lossless", stdin=ORDER)
    ready.file("rows.jsonl", json.dumps({"o": ORDER}))
    ran = ready("run", "rows.jsonl", "-t", "Is it open?\n\n{o}")

    assert len(provider.bodies) == 1
    assert ran.rows[0]["cache"] == "hit"


@pytest.mark.parametrize("words", [("run", "--dry-run"), ("estimate",)])
def test_a_look_at_what_would_be_sent_knows_what_is_data(ready: Scrimp, words: tuple[str, ...]) -> None:
    ready.file("rows.jsonl", json.dumps({"o": "[" + " " * 4000 + "1]"}))
    ran = ready(*words, "rows.jsonl", "-t", "Is {o} open?")

    assert ran.status == 0
    assert "Is [1] open?" in ran.out if words[0] == "run" else " 8 " in ran.out or "tokens" in ran.out


def test_a_filter_can_be_told_that_all_is_data(ready: Scrimp) -> None:
    text = f'Example:\n{ORDER}\n\nConvert it to YAML: {{"a":  1}}\n'

    assert ready("compress", "-q", stdin=text).out == text
    assert ready("compress", "-q", "--data", stdin=text).out == text.replace(ORDER, SHORT)
    assert ready("compress", "-q", "--data", stdin="\n[1,  2]").out == "\n[1,2]"


def test_what_a_tool_gave_back_is_data_and_its_call_stays(ready: Scrimp, provider: FakeProvider) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"id":  7}'}}
    turns = [
        {"role": "user", "content": "Is order 7 open?"},
        {"role": "assistant", "content": 'Like {"a":  1}', "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"a":  1}'},
    ]
    exact = [{"role": "user", "content": "Convert order 7 to YAML."}, *turns[1:]]
    later = [*turns, {"role": "user", "content": "Print it exactly as it came."}]
    ready.file("rows.jsonl", "".join(json.dumps({"messages": row}) + "\n" for row in (turns, exact, later, turns)))
    ran = ready("run", "rows.jsonl", "-j", "1")

    assert ran.status == 0
    assert [body["messages"] for body in provider.bodies] == [
        [*turns[:2], {**turns[2], "content": '{"a":1}'}],
        exact,
        later,
    ]
    assert [row["cache"] for row in ran.rows] == ["miss", "miss", "miss", "dup"]
    assert ran.rows[0]["compressed"]["rules"] == ["json white space"]
