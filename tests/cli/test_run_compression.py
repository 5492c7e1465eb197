"""Compression inside a run: rows, turns and the bill."""

from __future__ import annotations

import json

import pytest

from command import Scrimp
from fake_provider import FakeProvider

DOCUMENT = (
    "<document>\nBees live in hives. They make honey in summer. The queen lays up to 2000 eggs a day. Wasps do not.\n"
    "A storm destroyed the old town hall in 1923. It was rebuilt in 1930 by Anna Meier.\n</document>\n\n"
)
ASKED = "Please could you kindly tell me: who rebuilt the town hall?"


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    return scrimp


def rows(scrimp: Scrimp, *prompts: object) -> None:
    scrimp.file("rows.jsonl", "".join(json.dumps(prompt) + "\n" for prompt in prompts))


@pytest.mark.parametrize(
    ("words", "level"),
    [((), "off"), (("--model", "local/smollm2"), "off"), (("--compress", "lossless"), "lossless"),
     (("--model", "fake/test-model"), "lossless"), (("--chain", "both"), "lossless")],
)  # fmt: skip
def test_what_the_embedded_model_alone_reads_is_as_given_unless_a_level_is_named(
    scrimp: Scrimp, provider: FakeProvider, words: tuple[str, ...], level: str
) -> None:
    scrimp.config(
        f'[providers.fake]\ndialect = "openai"\nbase_url = "{provider.url}"\n'
        '[tiers]\nsimple = ["local/smollm2"]\nmedium = ["local/smollm2"]\nhigh = ["local/smollm2"]\n'
        '[chains.both]\nsteps = ["local/smollm2", "fake/test-model"]\n'
    )
    order, small = '{\n  "no": 17,\n  "state": "open"\n}', '{"no":17,"state":"open"}'
    rows(scrimp, {"order": order})
    ran = scrimp("run", "rows.jsonl", "-t", "Order: {order}. Is it open?", *words, "--dry-run")
    sent = json.loads(ran.out.splitlines()[0])["body"]["messages"][0]["content"]

    assert sent == f"Order: {order if level == 'off' else small}. Is it open?"


def test_focus_sends_the_sentences_that_bear_on_the_rows_own_question(ready: Scrimp, provider: FakeProvider) -> None:
    rows(ready, {"text": DOCUMENT + ASKED})
    ran = ready("run", "rows.jsonl", "--compress", "focus")
    sent = provider.bodies[0]["messages"][0]["content"]

    assert "rebuilt in 1930 by Anna Meier" in sent
    assert "Bees" not in sent
    assert ran.rows[0]["compressed"]["rules"] == ["sentences for the question"]
    assert "Compression: " in ran.err
    assert "sentences for the question 1" in ran.err


def test_a_row_with_nothing_to_choose_from_says_so(ready: Scrimp) -> None:
    rows(ready, {"text": ASKED})
    ran = ready("run", "rows.jsonl", "--compress", "focus")

    assert ran.rows[0]["compressed"]["note"].startswith("no documents or passages")
    assert "Less was compressed in 1 row: no documents or passages were found" in ran.err


def test_a_conversation_that_grows_keeps_its_beginning(ready: Scrimp, provider: FakeProvider) -> None:
    first = [
        {"role": "system", "content": "Be brief.   \n\n\n\n\nAlways."},
        {"role": "user", "content": DOCUMENT + ASKED},
    ]
    reply = {"role": "assistant", "content": "Anna   Meier  did. \n\n\n\n"}
    rows(ready, {"messages": first}, {"messages": [*first, reply, {"role": "user", "content": "When?"}]})
    ready("run", "rows.jsonl", "--compress", "focus", "-j", "1")
    now, later = (body["messages"] for body in provider.bodies)

    assert later[: len(now)] == now
    assert now[0]["content"] == first[0]["content"]
    assert later[len(now)]["content"] == reply["content"]


def test_the_same_words_at_another_level_are_another_piece_of_work(ready: Scrimp, provider: FakeProvider) -> None:
    rows(ready, {"text": DOCUMENT + ASKED})
    for level in ("off", "focus", "focus", "off"):
        ready("run", "rows.jsonl", "--compress", level)

    assert len(provider.bodies) == 2


def test_the_bill_for_programs_tells_of_it(ready: Scrimp) -> None:
    records = json.dumps([{"id": n, "name": f"n{n}"} for n in range(20)], indent=2)
    rows(ready, {"text": f"Which name has the highest id?\n\n{records}"}, {"text": "Hello."})
    ran = ready("run", "rows.jsonl", "--summary", "json")
    told = json.loads(ran.err.splitlines()[-1])["compression"]

    assert (told["rows"], told["rows_by_rule"]) == (1, {"json white space": 1})
    assert told["after"] < told["before"]


def test_a_document_can_be_put_before_a_single_prompt(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("hall.txt", "The hall was rebuilt in 1930 by Anna Meier.")
    ready("ask", "Who rebuilt the hall?", "--context", "hall.txt")

    assert provider.bodies[0]["messages"][0]["content"] == (
        '<document source="hall.txt">\nThe hall was rebuilt in 1930 by Anna Meier.\n</document>\n\n'
        "Who rebuilt the hall?"
    )


@pytest.mark.parametrize("level", ["lossless", "tidy", "focus"])
def test_prompts_that_are_compressed_alike_stay_different_prompts(
    ready: Scrimp, provider: FakeProvider, level: str
) -> None:
    texts = ["How many blank lines are between A and B?\n\nA" + "\n" * n + "B" for n in range(2, 6)]
    texts += [f"Who is first?\n\n{json.dumps([{'id': n, 'name': 'ann'} for n in range(9)], indent=n)}" for n in (1, 2)]
    prompts = [{"text": text, "system": system} for text in texts for system in ("Be brief.", "Be brief. \n\n\n")]
    ready.file("alike.jsonl", "".join(json.dumps(prompt) + "\n" for prompt in prompts))
    first = ready("run", "alike.jsonl", "--compress", level)
    again = ready("run", "alike.jsonl", "--compress", level)

    assert [row["cache"] for row in first.rows] == ["miss"] * len(prompts)
    assert [row["cache"] for row in again.rows] == ["hit"] * len(prompts)
    assert len(provider.bodies) == len(prompts)


def test_a_templates_columns_are_data_where_they_stand_and_its_words_stay(
    ready: Scrimp, provider: FakeProvider
) -> None:
    order = json.dumps({"id": 7, "note": "convert it to YAML"}, indent=2)
    rows(ready, {"order": order, "question": "Is it  open?"}, {"order": order, "question": "How is it indented?"})
    template = 'Like {{"id":  1}}. Order: {order}. {question}'
    ran = ready("run", "rows.jsonl", "-t", template, "-j", "1")
    first, second = (body["messages"][0]["content"] for body in provider.bodies)

    assert first == 'Like {"id":  1}. Order: {"id":7,"note":"convert it to YAML"}. Is it  open?'
    assert second == f'Like {{"id":  1}}. Order: {order}. How is it indented?'
    assert [row["compressed"].get("rules", []) for row in ran.rows] == [["json white space"], []]
