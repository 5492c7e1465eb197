from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrimp.store.ledger import Ledger
from scrimp.store.pairs import OutputSpec, PairStore, StoredPrompt, StoredReply

CHEAP = StoredReply(model="acme/small", output="18", confidence=0.75, hedges=0, words=1, cost=Decimal("0.000000123"))
DEAR = StoredReply(model="acme/large", output="19", cost=Decimal("0.5"), score=1.0, scored_by="check")
PROMPT = StoredPrompt(
    key="ab", signature="s1", kind="mathematics", text="How many?", asked=OutputSpec(("18", "19")), time=100.0,
    replies=(DEAR, CHEAP),
)  # fmt: skip


@pytest.fixture
def pairs(tmp_path: Path) -> PairStore:
    return PairStore(tmp_path / "ledger.db")


def test_what_was_kept_comes_back_whole(pairs: PairStore) -> None:
    pairs.put([PROMPT])

    assert list(pairs.prompts()) == [PROMPT]
    assert list(pairs.prompts(since=101.0)) == []


def test_a_reply_may_come_later_and_twice(pairs: PairStore) -> None:
    pairs.put([replace(PROMPT, replies=(CHEAP,))])
    pairs.put([replace(PROMPT, replies=(DEAR,)), PROMPT])

    assert list(pairs.prompts()) == [PROMPT]


def test_a_label_stays_with_the_completion_it_was_given_to(pairs: PairStore) -> None:
    pairs.put([PROMPT])
    pairs.label("ab", "acme/small", 0.0, "person")
    pairs.put([PROMPT])
    (kept,) = pairs.prompts()
    pairs.put([replace(PROMPT, replies=(replace(CHEAP, output="17"),))])
    (changed,) = pairs.prompts()

    assert [(reply.model, reply.score, reply.scored_by) for reply in kept.replies] == [
        ("acme/large", 1.0, "check"),
        ("acme/small", 0.0, "person"),
    ]
    assert changed.replies[1] == replace(CHEAP, output="17")


def test_it_lives_in_the_ledgers_file(tmp_path: Path, pairs: PairStore) -> None:
    pairs.put([PROMPT])
    pairs.close()
    Ledger(tmp_path / "ledger.db").close()

    assert list(PairStore(tmp_path / "ledger.db").prompts()) == [PROMPT]
