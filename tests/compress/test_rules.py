"""Every rule has a check that notices what it would lose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from scrimp.compress.rules import RULES, CompressionRule

PARAGRAPH = (
    "The harbour was not rebuilt in 1931, says https://a.example/b, and ada@b.example agrees with Ada Marsh. " * 3
)
LOG = "".join(f"2026-11-25 10:00:{n:02} INFO worker {n} took job {n * 7} at /var/x{n}\n" for n in range(9))
# A text that each rule makes shorter.
SAMPLES = {
    "json white space": json.dumps([{"id": n, "name": f"u{n}", "not": None} for n in range(5)], indent=2),
    "json columns": json.dumps([{"id": n, "name": f"u{n}", "not": None} for n in range(15)], separators=(",", ":")),
    "pages as text": f"<html><body><p>{PARAGRAPH}</p><pre>x =  12</pre><ul><li>No. 7</li></ul></body></html>",
    "encoded bytes": f"not 12: data:image/png;base64,{'iVBORw0KGgo' + 'AbC1' * 90} and 13",
    "lines of one form": LOG,
    "many lines of one form": "".join(f"2026-11-25 10:00:{n:02} INFO {n} took {n * 38} ms\n" for n in range(20)),
    "matches by file": "".join(f"src/engine.py:{n}: TODO not {n}\n" for n in range(9)),
    "articles": f"{PARAGRAPH} The bridge was opened by the mayor of the town, and the harbour was in the north.",
}  # fmt: skip
# What a rule by its promise may leave out, beside what the check must notice.
MAY_LOSE = {"articles"}


def damaged(text: str) -> Iterator[str]:
    """Yield the text without one of its numbers, words, links or lines."""
    for match in re.finditer(r"https?://\S+|[\w.@-]{2,}|\d", text):
        yield text[: match.start()] + text[match.end() :]
    lines = text.split("\n")
    for at in range(len(lines)):
        if re.search(r"\w", lines[at]):  # the line of a fence is of the rule's own making
            yield "\n".join(lines[:at] + lines[at + 1 :])


def test_every_rule_has_a_sample() -> None:
    assert {rule.name for rule in RULES} == set(SAMPLES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_check_of_a_rule_accepts_its_work_and_notices_every_loss(rule: CompressionRule) -> None:
    before = SAMPLES[rule.name]
    after = rule.rewrite(before)

    assert len(after) < len(before)
    assert rule.check(before, after) is None
    if rule.name not in MAY_LOSE:
        assert [text for text in damaged(after) if rule.check(before, text) is None] == []
    assert rule.check(before, "") is not None
