"""The corpus gate: what each kind of content gives, and what of it is kept; `data/README.md` says where it is from."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compress.facts import facts, lost_facts
from scrimp import tokens
from scrimp.compress import LEVELS, compress
from scrimp.compress.checks.json_equal import json_equal
from scrimp.compress.zones.protected_spans import fences

CORPUS = Path(__file__).parent / "data" / "corpus"
# Per cent of the tokens that are cut, at least: as measured, less a little. What gives nothing is held to "no longer".
LOSSLESS = {"json_array": 42.0, "json_nested": 6.0, "jsonl": 26.0}
TIDY = LOSSLESS | {"html": 88.0}
DENSE = TIDY | {"log": 10.0, "json_array": 53.0, "jsonl": 55.0}
FOCUS = {
    ("article", 0.6): 38.0, ("rag", 0.6): 38.0, ("multilingual", 0.6): 34.0,
    ("article", 0.4): 57.0, ("rag", 0.4): 57.0, ("multilingual", 0.4): 48.0,
}  # fmt: skip
RECORDS = ("json_array", "json_nested", "jsonl")
GROUPED = ("log", "command")  # what lines share is said once: each fact is kept, and not how often it was said
KINDS = sorted(path.stem for path in CORPUS.iterdir())
SAID = [kind for kind in KINDS if kind not in {*RECORDS, *GROUPED, "html"}]  # those have promises of their own
BELOW_FOCUS = LEVELS[1 : LEVELS.index("focus")]


@cache
def items(kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (CORPUS / f"{kind}.jsonl").read_text("utf-8").split("\n") if line)


@cache
def shorter(text: str, level: str, question: str = "", keep: float = 0.6) -> str:
    return compress(text, level, query=question, keep=keep).text


def cut(before: list[str], after: list[str]) -> float:
    """Return the per cent of the tokens that are gone."""
    return 100 - 100 * sum(map(tokens.count, after)) / sum(map(tokens.count, before))


def test_the_corpus_has_every_kind_of_content() -> None:
    assert set(KINDS) == {
        "article", "changelog", "chat", "code", "command", "config", "csv", "diff", "fewshot", "html", "issue",
        "json_array", "json_nested", "jsonl", "log", "mail", "markdown", "multilingual", "rag", "system_prompt",
        "verbose",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_item_names_its_source_and_licence(kind: str) -> None:
    notices = (CORPUS.parent / "README.md").read_text("utf-8")

    for item in items(kind):
        assert item["kind"] == kind
        assert item["source"]["licence"] in {"own", "MIT", "Apache-2.0", "MIT/Apache-2.0", "BSD-3-Clause", "PSF-2.0",
                                             "CC-BY-SA-4.0"}  # fmt: skip
        assert item["source"]["repo"] == "own" or item["source"]["repo"] in notices


@pytest.mark.parametrize(("level", "floors"), [("lossless", LOSSLESS), ("tidy", TIDY), ("dense", DENSE)])
@pytest.mark.parametrize("kind", KINDS)
def test_as_many_tokens_are_cut_as_were_measured(kind: str, level: str, floors: dict[str, float]) -> None:
    texts = [item["text"] for item in items(kind)]

    assert cut(texts, [shorter(text, level) for text in texts]) >= floors.get(kind, 0.0)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_item_gets_longer_in_characters_or_in_tokens(kind: str, level: str) -> None:
    for item in items(kind):
        after = shorter(item["text"], level, item.get("question", ""))
        assert len(after) <= len(item["text"])
        assert tokens.count(after) <= tokens.count(item["text"])


@pytest.mark.parametrize("kind", KINDS)
def test_lossless_keeps_every_fact(kind: str) -> None:
    for item in items(kind):
        after = shorter(item["text"], "lossless")
        if kind in RECORDS:
            assert json_equal(item["text"], after)
        elif kind in GROUPED:
            assert facts(item["text"]).keys() <= facts(after).keys()
        else:
            assert not lost_facts(item["text"], after)


@pytest.mark.parametrize("level", BELOW_FOCUS)
def test_what_must_be_kept_is_kept(level: str) -> None:
    for item in (item for kind in KINDS for item in items(kind)):
        after = shorter(item["text"], level)
        assert [must for must in item["must"] if must not in after] == []


@pytest.mark.parametrize("level", BELOW_FOCUS)
@pytest.mark.parametrize("kind", SAID)
def test_what_the_user_says_keeps_its_numbers_links_names_quotations_and_negations(kind: str, level: str) -> None:
    kept = ("number", "url", "email", "path", "ident", "flag", "quote", "codespan", "codeblock", "negation")
    for item in items(kind):
        assert not lost_facts(item["text"], shorter(item["text"], level), kinds=kept)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
def test_code_is_the_same_to_the_byte(kind: str, level: str) -> None:
    for item in items(kind):
        after = shorter(item["text"], level, item.get("question", ""))
        if kind in {"code", "diff", "config"}:
            assert after.strip() == item["text"].strip()
        assert blocks(after) == blocks(item["text"])


def blocks(text: str) -> list[str]:
    return [text[fence.start : fence.end] for fence in fences(text)]


@pytest.mark.parametrize("level", BELOW_FOCUS)
@pytest.mark.parametrize("kind", KINDS)
def test_twice_is_as_good_as_once(kind: str, level: str) -> None:
    for item in items(kind):
        once = shorter(item["text"], level)
        assert shorter(once, level) == once


@pytest.mark.parametrize(("kind", "keep"), sorted(FOCUS))
def test_focus_keeps_what_answers_and_cuts_as_much_as_was_asked(kind: str, keep: float) -> None:
    texts = [item["text"] for item in items(kind)]
    after = [shorter(item["text"], "focus", item["question"], keep) for item in items(kind)]

    for item, text in zip(items(kind), after, strict=True):
        assert item.get("gold_sentence", item["answers"][0]) in text
    assert cut(texts, after) >= FOCUS[kind, keep]
