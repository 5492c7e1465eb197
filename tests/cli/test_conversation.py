"""`scrimp ask --continue`: what was said is sent again in any dialect, and kept where it can be removed."""

from __future__ import annotations

import json
import os

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion, error


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    return scrimp


def said(body: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in body["messages"]]


def test_a_conversation_goes_on_where_it_ended(ready: Scrimp, provider: FakeProvider) -> None:
    ready("ask", "one", "-s", "Be brief.")
    ready("ask", "-c", "two")
    third = ready("ask", "--continue", "three", "-s", "Be verbose.", "-m", "fake/other")

    assert third.out == "echo: three\n"
    assert said(provider.bodies[1])[:2] == [("system", "Be brief."), ("user", "one")]
    assert said(provider.bodies[2]) == [
        ("system", "Be verbose."), ("user", "one"), ("assistant", "echo: one"), ("user", "two"),
        ("assistant", "echo: two"), ("user", "three"),
    ]  # fmt: skip
    assert provider.bodies[2]["model"] == "other"


def test_a_prompt_without_it_begins_again(ready: Scrimp, provider: FakeProvider) -> None:
    for words in (("one",), ("two",), ("-c", "three")):
        ready("ask", *words)

    assert said(provider.bodies[2]) == [("user", "two"), ("assistant", "echo: two"), ("user", "three")]


def test_what_is_piped_in_is_part_of_the_turn(ready: Scrimp, provider: FakeProvider) -> None:
    ready("ask", "What is this?", stdin="a text\n")
    ready("ask", "-c", "And this?", stdin="another\n")

    assert [text for _, text in said(provider.bodies[1])] == [
        "What is this?\n\na text", "echo: What is this?\n\na text", "And this?\n\nanother",
    ]  # fmt: skip


def test_the_same_words_after_another_conversation_are_another_prompt(ready: Scrimp, provider: FakeProvider) -> None:
    for words in (("one",), ("-c", "go on"), ("two",), ("-c", "go on"), ("one",), ("-c", "go on")):
        ready("ask", *words)

    assert [said(body)[-1][1] for body in provider.bodies] == [
        "one",
        "go on",
        "two",
        "go on",
    ]  # the rest: from the cache


@pytest.mark.parametrize(
    "reply", [error(400), completion("cut", finish="length"), completion("", finish="content_filter")]
)
def test_what_failed_is_not_part_of_it(
    ready: Scrimp, provider: FakeProvider, reply: tuple[int, dict[str, str], bytes]
) -> None:
    ready("ask", "one")
    answer, provider.answer = provider.answer, lambda _: reply
    assert ready("ask", "-c", "fails").status == 4
    assert ready("ask", "fails anew").status == 4
    provider.answer = answer
    ready("ask", "-c", "two")

    assert said(provider.bodies[-1]) == [("user", "one"), ("assistant", "echo: one"), ("user", "two")]


def test_with_nothing_to_continue_it_says_so_and_calls_nothing(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("ask", "-c", "and then?")

    assert (ran.status, ran.out, provider.bodies) == (2, "", [])
    assert "there is no conversation to continue" in ran.err


def test_it_is_private_and_without_a_cache_it_is_not_kept(ready: Scrimp) -> None:
    ready("ask", "one", "--cache", "off")
    file = ready.home / "conversation.json"
    assert not file.exists()
    ready("ask", "one")

    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in ready.home.iterdir() if "conversation" in path.name) == ["conversation.json"]


def test_one_that_says_the_same_stays_and_is_dated_again(ready: Scrimp) -> None:
    ready("ask", "one")
    file = ready.home / "conversation.json"
    os.utime(file, (0, 0))
    before = file.stat()
    ready("ask", "one")
    same = file.stat()
    ready("ask", "two")

    assert (same.st_ino, same.st_mtime > 0) == (before.st_ino, True)
    assert b'"two"' in file.read_bytes()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"turns": 1}', '{"turns": [["user"]]}', "\xff"])
def test_one_that_cannot_be_read_is_a_sentence_and_does_not_stand_in_the_way(
    ready: Scrimp, provider: FakeProvider, content: str
) -> None:
    (ready.home / "conversation.json").write_bytes(content.encode("latin-1"))
    ran = ready("ask", "-c", "two")

    assert (ran.status, provider.bodies) == (2, [])
    assert "scrimp cache rm conversation" in ran.err
    assert "Traceback" not in ran.err
    assert ready("ask", "one").status == 0
    assert ready("ask", "-c", "two").status == 0


def test_where_it_cannot_be_written_the_answer_is_printed_and_that_is_said(ready: Scrimp) -> None:
    (ready.home / "conversation.json").mkdir()
    ran = ready("ask", "one")

    assert (ran.status, ran.out) == (0, "echo: one\n")
    assert "-c will not find this conversation" in ran.err


def test_it_can_be_removed_by_name_and_by_age(ready: Scrimp) -> None:
    ready("ask", "one")
    young = ready("cache", "prune", "--older", "1d")
    removed, again = ready("cache", "rm", "conversation"), ready("cache", "rm", "conversation")
    ready("ask", "one")
    os.utime(ready.home / "conversation.json", (0, 0))
    old = ready("cache", "prune", "--older", "1d")

    assert (young.out, old.out) == ("removed 0\n", "removed the last conversation\nremoved 0\n")
    assert (removed.out, again.out) == ("removed the last conversation\n", "there is no conversation\n")


@pytest.mark.parametrize("dialect", ["anthropic", "gemini"])
def test_the_other_dialects_get_the_turns_in_their_own_form(
    scrimp: Scrimp, provider: FakeProvider, dialect: str
) -> None:
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(f'[providers.it]\ndialect = "{dialect}"\nbase_url = "{provider.url}"\nkey_env = "FAKE_KEY"\n')
    turns = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "un"}]
    (scrimp.home / "conversation.json").write_text(json.dumps({"v": 1, "turns": turns}))
    provider.answer = lambda _: error(400)
    scrimp("ask", "-c", "two", "-m", "it/model")
    (body,) = provider.bodies

    if dialect == "anthropic":
        assert said(body) == [("user", "one"), ("assistant", "un"), ("user", "two")]
    else:
        assert [(turn["role"], turn["parts"][0]["text"]) for turn in body["contents"]] == [
            ("user", "one"), ("model", "un"), ("user", "two"),
        ]  # fmt: skip
