from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import entry
from scrimp.errors import StoreError
from scrimp.store.ledger import Ledger
from scrimp.store.tuning.pairs import OutputSpec, PairStore, StoredPrompt, StoredReply

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


def test_columns_are_what_plain_sql_expects(tmp_path: Path, pairs: PairStore) -> None:
    pairs.put([PROMPT])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        prompts = db.execute("SELECT key, time, signature, kind, text FROM prompts").fetchall()
        replies = db.execute("SELECT model, output, confidence, cost_nano, score, scored_by FROM replies").fetchall()

    assert prompts == [("ab", 100.0, "s1", "mathematics", "How many?")]
    assert sorted(replies) == [
        ("acme/large", "19", None, 500_000_000, 1.0, "check"), ("acme/small", "18", 0.75, 123, None, None),
    ]  # fmt: skip


def test_prompts_and_calls_share_a_file_and_leave_each_other_alone(tmp_path: Path, pairs: PairStore) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        pairs.put([PROMPT])
        ledger.append([entry(cost="0.25")])
        pairs.put([replace(PROMPT, key="ac")])

        assert [(total.calls, total.cost) for total in ledger.totals("run")] == [(1, Decimal("0.25"))]
    assert [prompt.key for prompt in pairs.prompts()] == ["ab", "ac"]


def test_one_wrong_cost_keeps_the_whole_group_out(tmp_path: Path, pairs: PairStore) -> None:
    wrong = replace(PROMPT, key="ac", replies=(replace(CHEAP, cost=Decimal("1E-13")),))
    with pytest.raises(StoreError, match="picodollars"):
        pairs.put([PROMPT, wrong])

    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("SELECT (SELECT count(*) FROM prompts), (SELECT count(*) FROM replies)").fetchone() == (0, 0)


def test_more_prompts_than_one_statement_takes_come_back_oldest_first(pairs: PairStore) -> None:
    given = [replace(PROMPT, key=f"{number:04}", time=float(number % 7)) for number in range(300)]
    pairs.put(given)

    assert list(pairs.prompts()) == sorted(given, key=lambda prompt: (prompt.time, prompt.key))
    assert len(list(pairs.prompts(since=6.0))) == len(range(6, 300, 7))


def test_a_schema_that_was_asked_for_comes_back(pairs: PairStore) -> None:
    asked = OutputSpec(schema={"type": "object", "properties": {"größe": {"enum": [1, 2.5, None]}}})
    pairs.put([replace(PROMPT, asked=asked)])

    assert next(pairs.prompts()).asked == asked


@pytest.mark.parametrize(("key", "model"), [("ab", "acme/other"), ("ac", "acme/small")])
def test_a_label_for_a_reply_that_is_not_there_changes_nothing(pairs: PairStore, key: str, model: str) -> None:
    pairs.put([PROMPT])
    pairs.label(key, model, 1.0, "person")

    assert list(pairs.prompts()) == [PROMPT]


def test_a_known_cost_is_not_replaced_by_an_unknown_one(pairs: PairStore) -> None:
    pairs.put([PROMPT])
    pairs.put([replace(PROMPT, replies=(replace(CHEAP, cost=None, confidence=None, words=9),))])

    assert next(pairs.prompts()).replies[1] == replace(CHEAP, confidence=None, words=9)


def test_damaged_words_in_the_file_are_a_sentence(tmp_path: Path, pairs: PairStore) -> None:
    pairs.put([PROMPT])
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db, db:
        db.execute("UPDATE prompts SET asked = '{'")

    with pytest.raises(StoreError, match=r"ledger\.db is damaged"):
        list(pairs.prompts())


models, labelers = st.sampled_from(["m1", "m2", "m3"]), st.sampled_from(["check", "person"])
replies = st.builds(
    lambda model, output, nano, score, by: StoredReply(
        model=model, output=output, cost=None if nano is None else Decimal(nano).scaleb(-9),
        score=score, scored_by=None if score is None else by,
    ),
    models, st.sampled_from(["18", "19"]), st.none() | st.integers(0, 9), st.sampled_from([None, 0.0, 1.0]), labelers,
)  # fmt: skip
puts = st.builds(
    StoredPrompt,
    key=st.sampled_from(["a", "b"]), signature=st.just("s1"), kind=st.just("k"), text=st.sampled_from(["t", "u"]),
    time=st.integers(0, 3).map(float), replies=st.lists(replies, max_size=3).map(tuple),
)  # fmt: skip
labels = st.tuples(st.sampled_from(["a", "b"]), models, st.sampled_from([0.0, 0.5]), labelers)


def merged(old: StoredReply | None, new: StoredReply) -> StoredReply:
    """A newer reply in place of an older one; what was known of the same output is still known."""
    if old is None:
        return new
    cost = old.cost if new.cost is None else new.cost
    if old.output == new.output and new.score is None:
        return replace(new, cost=cost, score=old.score, scored_by=old.scored_by)
    return replace(new, cost=cost)


@settings(max_examples=60)
@given(history=st.lists(st.lists(puts, max_size=3) | labels, max_size=8))
def test_any_history_of_replies_and_labels_ends_as_a_dictionary_says(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[StoredPrompt] | tuple[str, str, float, str]]
) -> None:
    heads: dict[str, StoredPrompt] = {}
    kept: dict[tuple[str, str], StoredReply] = {}
    with closing(PairStore(tmp_path_factory.mktemp("home") / "ledger.db")) as pairs:
        for step in history:
            if isinstance(step, tuple):
                pairs.label(*step)
                key, model, score, by = step
                if (key, model) in kept:
                    kept[key, model] = replace(kept[key, model], score=score, scored_by=by)
                continue
            pairs.put(step)
            for prompt in step:
                heads.setdefault(prompt.key, prompt)
                for reply in prompt.replies:
                    kept[prompt.key, reply.model] = merged(kept.get((prompt.key, reply.model)), reply)
        stored = list(pairs.prompts())

    expected = [
        replace(head, replies=tuple(kept[place] for place in sorted(kept) if place[0] == key))
        for key, head in heads.items()
    ]
    assert stored == sorted((p for p in expected if p.replies), key=lambda prompt: (prompt.time, prompt.key))


def of_task(key: str, task: str, template: str | None, *, named: bool = True) -> StoredPrompt:
    return replace(PROMPT, key=key, signature=task, template=template, named=named)


def test_a_template_is_that_of_a_task_whose_prompts_all_have_it_and_of_no_other_named_one(pairs: PairStore) -> None:
    pairs.put([
        of_task("a", "one", "t1"), of_task("b", "one", "t1"),  # found by it
        of_task("c", "two", "t2"), of_task("d", "two", "t3"),  # two templates
        of_task("e", "three", "t4"), of_task("f", "three", None),  # one prompt without
        of_task("g", "four", "t5"), of_task("h", "five", "t5"),  # two names for one template
        of_task("i", "six", "t6"), of_task("j", "0123abcd", "t6", named=False),  # collected without the name, too
    ])  # fmt: skip

    assert pairs.templates() == {"one": "t1", "six": "t6"}
    assert pairs.templates(since=PROMPT.time + 1) == {}


def test_the_newest_name_is_kept_and_an_inferred_one_never_replaces_it(pairs: PairStore) -> None:
    for task, named in (("0123abcd", False), ("mail", True), ("0123abcd", False), ("tickets", True)):
        pairs.put([replace(PROMPT, signature=task, named=named)])
    (stored,) = pairs.prompts()

    assert (stored.signature, stored.named) == ("tickets", True)


def test_what_was_told_of_a_prompt_is_kept_where_it_is_told_no_more(pairs: PairStore) -> None:
    told = replace(PROMPT, template="t1", row_id="7", source="t.csv:3", gold="18", named=True)
    pairs.put([told])
    pairs.put([replace(PROMPT, signature="other")])

    assert list(pairs.prompts()) == [told]


def test_a_command_is_kept_for_each_task(pairs: PairStore) -> None:
    pairs.note_command(["one", "two"], ["t.csv", "-t", "a {b}"], 1.0)
    pairs.note_command(["two"], ["u.csv"], 2.0)

    assert pairs.commands() == {"one": ("t.csv", "-t", "a {b}"), "two": ("u.csv",)}
