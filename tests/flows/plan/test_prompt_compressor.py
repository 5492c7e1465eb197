from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import LEVELS
from scrimp.flows.plan.prompt_compressor import PromptCompressor, texts_of
from scrimp.values import Message, Prompt, ToolCall

PARTS = (
    "<document>\nBees live in hives. The queen lays 2000 eggs. Anna Meier rebuilt it in 1930. It rained.\n</document>",
    "Please could you kindly tell me: who rebuilt the hall?",
    '{\n  "town": "Springfield",\n  "halls": [1923,  1930]\n}',
    "   words   \n\n\n\n\napart  ",
    "```\nx  =  1\n```",
)
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("\n\n".join)
TURNS = st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), TEXTS), max_size=4)


@given(level=st.sampled_from(LEVELS), turns=TURNS, last=TEXTS, reply=TEXTS, following=TEXTS, system=st.none() | TEXTS)
def test_a_turn_that_follows_and_is_not_about_form_changes_no_byte_of_those_before(
    level: str, turns: list[Message], last: str, reply: str, following: str, system: str | None
) -> None:
    now = PromptCompressor(level).compress(Prompt(index=0, text=last, history=tuple(turns), system=system))
    grown = (*turns, Message("user", last), Message("assistant", reply))
    later = PromptCompressor(level).compress(Prompt(index=0, text=following, history=grown, system=system))

    assert later.system == now.system
    assert later.history[: len(turns) + 1] == (*now.history, Message("user", now.text))


@pytest.mark.parametrize("level", LEVELS[1:])
@pytest.mark.parametrize(
    ("system", "before", "last"),
    [
        ("Convert the JSON to YAML.", (), PARTS[2]),
        ("You turn each payload into a Mongoose model.", (), PARTS[2]),
        (None, ("Translate the JSON that I send you.",), PARTS[2]),
        (None, (f"Who is it?\n\n{PARTS[2]}",), "How many lines does the JSON above have?"),
        ("You are a helpful assistant.", (), f"Give it back sorted.\n\n{PARTS[2]}"),
    ],
)
def test_a_task_about_form_is_obeyed_wherever_it_is_told(
    level: str, system: str | None, before: tuple[str, ...], last: str
) -> None:
    turns = tuple(turn for text in before for turn in (Message("user", text), Message("assistant", "Yes.")))
    sent = PromptCompressor(level).compress(Prompt(index=0, text=last, history=turns, system=system))

    assert (sent.text, sent.history) == (last, turns)


@pytest.mark.parametrize(
    ("last", "is_kept"),
    [("Fix the tag that is not closed.", True), ("Which CSS class has the list?", True), ("Who pays?", False)],
)
@pytest.mark.parametrize("is_result", [False, True])
def test_a_page_of_an_earlier_turn_stays_where_a_later_one_asks_about_its_form(
    last: str, is_kept: bool, is_result: bool
) -> None:
    items = "".join(f"<p class='row'>Item {number} costs {number * 3} dollars today.</p>\n" for number in range(20))
    page = f"<!DOCTYPE html>\n<html><body>{items}</body></html>"
    asked = Message("user", "What does item 3 cost?" if is_result else f"What does item 3 cost?\n\n{page}")
    result = (Message("assistant", "", calls=(ToolCall("1", "get", "{}"),)), Message("tool", page, call_id="1"))
    turns = (asked, *(result if is_result else ()), Message("assistant", "9"))
    sent = PromptCompressor("tidy").compress(Prompt(index=0, text=last, history=turns))

    assert any(page in turn.content for turn in sent.history) is is_kept


@pytest.mark.parametrize("level", ["focus", "dense"])
@pytest.mark.parametrize(
    ("last", "whole"),
    [
        ("Now summarize the whole document.", True),
        ("List all the years in it.", True),
        ("How many sentences does it have?", True),
        ("Who was she?", False),
        (f"{PARTS[2]}\n\nIs it in this town?", False),
    ],
)
def test_a_later_task_that_needs_every_sentence_has_them_and_no_other_turn_does(
    level: str, last: str, whole: bool
) -> None:
    turns = (Message("user", f"{PARTS[0]}\n\nWho rebuilt it?"), Message("assistant", "Anna Meier."))
    sent = PromptCompressor(level, 0.3).compress(Prompt(index=0, text=last, history=turns))

    assert (sent.history == turns) is whole
    assert "Anna Meier rebuilt it" in sent.history[0].content


@pytest.mark.parametrize("level", ["focus", "dense"])
def test_json_in_a_later_turn_changes_no_sentence_of_those_before(level: str) -> None:
    turns = (Message("user", "List all my documents."), Message("assistant", "None."))
    question = f"{PARTS[0]}\n\nWho rebuilt it?"
    now = PromptCompressor(level, 0.3).compress(Prompt(index=0, text=question, history=turns))
    grown = (*turns, Message("user", question), Message("assistant", "Anna Meier."))
    later = PromptCompressor(level, 0.3).compress(Prompt(index=0, text=f"{PARTS[2]}\n\nWhich town?", history=grown))

    assert later.history[2].content == now.text


def test_a_task_about_values_may_be_told_in_the_system_text() -> None:
    for system in ("Classify the record: town or village.", "You answer the user's question about the record."):
        sent = PromptCompressor("lossless").compress(Prompt(index=0, text=f"Record:\n{PARTS[2]}", system=system))
        assert sent.text == 'Record:\n{"town":"Springfield","halls":[1923,1930]}'


@given(level=st.sampled_from(LEVELS), text=TEXTS)
def test_what_the_model_said_is_its_own_and_stays(level: str, text: str) -> None:
    sent = PromptCompressor(level).compress(Prompt(index=0, text="a", history=(Message("assistant", text),)))

    assert sent.history == (Message("assistant", text),)


@given(turns=TURNS, last=TEXTS, system=st.none() | TEXTS)
def test_off_sends_every_byte(turns: list[Message], last: str, system: str | None) -> None:
    sent = PromptCompressor("off").compress(Prompt(index=0, text=last, history=tuple(turns), system=system))

    assert (sent.text, sent.system, sent.history, sent.rules) == (last, system, tuple(turns), ())


def test_no_sentence_of_a_system_text_is_left_out() -> None:
    system = PARTS[0] + "\n\n" + PARTS[1]

    assert PromptCompressor("dense").compress(Prompt(index=0, text="a", system=system)).system == system


def test_the_rules_of_all_parts_are_told_once() -> None:
    sent = PromptCompressor("lossless").compress(Prompt(index=0, text=PARTS[2], history=(Message("user", PARTS[2]),)))

    assert sent.rules == ("json white space",)


@pytest.mark.parametrize("level", LEVELS)
def test_the_tags_that_keep_a_text_are_sent_nowhere(level: str) -> None:
    text = f"Is it paid?\n\n<scrimp:keep>{PARTS[2]}</scrimp:keep>"
    turns = (Message("user", text), Message("assistant", text))
    call = ToolCall("1", "f", '{"a": "<scrimp:keep>b</scrimp:keep>"}')
    after = (Message("assistant", "", calls=(call,)), Message("tool", text, call_id="1"))
    prompt = Prompt(index=0, text=text, system=text, history=turns, after=after)
    sent = PromptCompressor(level).compress(prompt)

    plain = f"Is it paid?\n\n{PARTS[2]}"
    assert sent.texts == (plain, plain, plain, plain, '\nf {"a": "b"}', plain)
    assert texts_of(prompt) == sent.texts
    assert PromptCompressor(level).compress(Prompt(index=0, text=text)).text == plain


@pytest.mark.parametrize("level", ["off", "dense"])
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (r'{"a":"\u003cscrimp:keep\u003eb\u003c/scrimp:keep\u003e"}', '{"a":"b"}'),  # as Go escapes it
        (r'{"a":"\u003Cscrimp:keep\u003Eb\u003C\u002Fscrimp:keep\u003E"}', '{"a":"b"}'),
        (r'{"a":"<scrimp:keep>b<\/scrimp:keep>"}', '{"a":"b"}'),  # as PHP does
        (r'{"\u003cscrimp:keep>a":"\n\u003c\\"}', r'{"a":"\n\u003c\\"}'),
        (r'{"a":"\\u003cscrimp:keep\\u003e"}', r'{"a":"\\u003cscrimp:keep\\u003e"}'),  # the text has the escapes
        (r'{"a":"\\\u003cscrimp:keep\u003e"}', r'{"a":"\\"}'),
    ],
)
def test_tags_that_json_escapes_in_a_call_of_a_tool_are_not_sent(level: str, given: str, sent: str) -> None:
    call = ToolCall("1", "f", given)
    after = (Message("assistant", "", calls=(call,)), Message("tool", "c", call_id="1"))
    prompt = Prompt(index=0, text="Is it paid?", after=after)

    assert PromptCompressor(level).compress(prompt).after[0].calls[0].arguments == sent
    assert texts_of(prompt)[2] == f"\nf {sent}"


def test_what_a_tool_gave_back_is_data_however_short() -> None:
    call = Message("assistant", "", calls=(ToolCall("1", "find", "{}"),))

    def sent(turn: Message) -> str:
        prompt = Prompt(index=0, text="Where is shop 7?", after=(call, turn))
        return PromptCompressor("lossless").compress(prompt).after[1].content

    assert sent(Message("tool", '{"shop":  7}', call_id="1")) == '{"shop":7}'
    assert sent(Message("user", '{"shop":  7}')) == '{"shop":  7}'
