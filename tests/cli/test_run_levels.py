"""What a run at the default says of higher levels of compression, judged by runs at those levels."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from command import Scrimp
from fake_provider import FakeProvider, Reply, completion
from scrimp import tokens

FACTS = "Bees live in hives. They make honey in summer. The queen lays up to 2000 eggs a day. Wasps do not. "
PAGE = "".join(f"<div class='fact'><p>House {n} was opened in {1900 + n}.</p></div>\n" for n in range(20))


def counted(body: dict[str, Any]) -> Reply:
    """Answer as a provider that counts its tokens in o200k_base."""
    size = sum(tokens.count(message["content"]) for message in body["messages"])
    return completion("1903", model=body["model"], prompt_tokens=size)


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = counted
    prices = {"gpt-6-dear": 500, "gpt-6-luna": 1, "gpt-6-free": 0}
    scrimp.provider(
        provider.url,
        more="".join(
            f'[models."fake/{name}"]\nprice = {{ input = {price}, output = {price} }}\n'
            for name, price in prices.items()
        ),
    )
    pages = [f"When was house {n} opened?\n\n<html><body>{PAGE}</body></html>\n" for n in range(12)]
    documents = [
        f"<document>\n{FACTS * 3}House {n} is blue.\n</document>\n\nWhat color is house {n}?" for n in range(12)
    ]
    scrimp.file("pages.lines", "".join(json.dumps({"text": text}) + "\n" for text in pages))
    for name, texts in (("pages", pages), ("documents", documents)):
        scrimp.file(f"{name}.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in texts))
    return scrimp


def line(scrimp: Scrimp, *words: str) -> str:
    """Run, and return what the end of the summary says of levels."""
    ran = scrimp("run", *words)
    assert ran.status == 0, ran.err
    told = " ".join(line for line in ran.err.splitlines() if not line.startswith("scrimp:"))
    return told.partition("would have saved about")[2]


def summary(scrimp: Scrimp, *words: str) -> dict[str, Any]:
    ran = scrimp("run", *words, "--summary", "json", "--cache", "off")
    assert ran.status == 0, ran.err
    bill: dict[str, Any] = json.loads(ran.err.splitlines()[-1], parse_float=Decimal)
    return bill


@pytest.mark.parametrize(("rows", "level"), [("pages", "tidy"), ("documents", "focus")])
def test_what_a_level_would_have_saved_is_about_what_a_run_at_it_saves(ready: Scrimp, rows: str, level: str) -> None:
    asked = (f"{rows}.jsonl", "-m", "fake/gpt-6-dear")
    now, then = summary(ready, *asked), summary(ready, *asked, "--compress", level)

    assert now["higher_levels"]["cost_usd"] == now["cost_usd"]
    assert (now["higher_levels"]["rows"], then["higher_levels"]) == (12, None)
    saved = float(now["cost_usd"] - then["cost_usd"])
    assert float(now["higher_levels"]["saved_usd"][level]) == pytest.approx(saved, rel=0.15)


def test_one_sentence_at_the_end_says_so(ready: Scrimp) -> None:
    ran = ready("run", "pages.jsonl", "-m", "fake/gpt-6-dear")
    last = ran.err.splitlines()[-1]

    assert last.startswith("tidy would have saved about $")
    assert last.endswith(": --compress tidy.")
    assert "completions may change): --compress focus." in line(ready, "documents.jsonl", "-m", "fake/gpt-6-dear")


def test_it_says_by_how_many_rows_it_judged_where_not_by_all(ready: Scrimp) -> None:
    rows = [f"<document>\n{FACTS * 120}Hut {n} is red.\n</document>\n\nWhat color is hut {n}?" for n in range(12)]
    ready.file("long.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in rows))
    told = line(ready, "long.jsonl", "-m", "fake/gpt-6-dear")

    assert sum(map(len, rows)) > 2 * 64_000
    assert re.search(r", judged by \d of 12 rows \(completions may change\): --compress focus\.$", told)


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "fake/gpt-6-dear", "--quiet"),
        ("-m", "fake/gpt-6-dear", "--summary", "none"),
        ("-m", "fake/gpt-6-dear", "--compress", "lossless"),
        ("-m", "fake/gpt-6-dear", "--compress", "tidy"),
        ("-m", "fake/gpt-6-luna"),  # a tenth of a cent
        ("-m", "fake/gpt-6-free"),
        ("-m", "fake/gpt-6-unheard-of"),
    ],
    ids=" ".join,
)
def test_nothing_is_said_where_it_was_not_asked_or_is_not_worth_it(ready: Scrimp, words: tuple[str, ...]) -> None:
    assert line(ready, "pages.jsonl", *words) == ""


def test_nothing_is_said_where_nothing_would_be_saved(ready: Scrimp) -> None:
    ready.file("plain.jsonl", "".join(f'{{"text": "Why is the sky blue on day {n}?"}}\n' for n in range(12)))

    assert line(ready, "plain.jsonl", "-m", "fake/gpt-6-dear") == ""
    assert set(summary(ready, "plain.jsonl", "-m", "fake/gpt-6-dear")["higher_levels"]["saved_usd"].values()) == {0}


def test_rows_of_the_cache_are_not_tried(ready: Scrimp) -> None:
    asked = ("pages.jsonl", "-m", "fake/gpt-6-dear")
    assert line(ready, *asked)
    again = ready("run", *asked, "--summary", "json")

    assert json.loads(again.err.splitlines()[-1])["higher_levels"] is None
    assert line(ready, *asked) == ""
