from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from scrimp.store.batches.held_calls import HeldDollars
from scrimp.store.batches.records import CallInShard, Job, Portion, Result, ShardRecord
from scrimp.store.batches.store import BatchStore
from scrimp.store.schemas.batches import MIGRATIONS

OLDER = Path(__file__).parent / "older"
FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))


def shard(name: str, job: str, requests: int) -> ShardRecord:
    return ShardRecord(
        shard=name, job=job, provider="openai", model="luna", path="/v1", requests=requests, size=10, state="queued",
        created=1.0, queue="nightly",
    )  # fmt: skip


@pytest.mark.parametrize("schema", range(1, len(MIGRATIONS) + 1))
def test_an_older_store_opens_with_all_it_had_and_takes_more(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "batches.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((OLDER / f"batches_{schema}.sql").read_text(encoding="utf-8"))
    with closing(BatchStore(path)) as store:
        assert [(job.job, job.command, job.cheap_from, job.queue) for job in store.jobs()] == [
            ("b1", ("rows.txt",), None, None)
        ]
        (found,) = store.open_shards("b1")
        assert (found.batch, found.state, found.queue, found.adopted) == ("batch_1", "submitted", None, False)
        assert {key: call[0].state for key, call in store.calls_for([FIRST, SECOND]).items()} == {
            FIRST: "answered", SECOND: "waiting",
        }  # fmt: skip
        store.keep_results(found, [Result(SECOND, status=200, reply=b"{}")])
        assert store.answered("b1-001") == 2


def test_shards_that_become_one_keep_their_calls_and_the_jobs_that_wait_for_them(tmp_path: Path) -> None:
    with closing(BatchStore(tmp_path / "batches.db")) as store:
        for name in ("a", "b", "c"):
            store.add_job(Job(job=name, created=1.0, folder="", command=("x",), digest=name))
        store.add_shard(shard("a-001", "a", 2), [CallInShard(FIRST, 7, 1, "r:1"), CallInShard(SECOND, 7, 2, "r:2")])
        store.add_shard(shard("b-001", "b", 1), [CallInShard(THIRD, 7, 1, "s:1")])
        store.share("c", {"b-001": 1, "a-001": 1})
        store.share("b", {"a-001": 1, "b-001": 1})
        parts = store.shards()
        store.merge(shard("a-002", "a", 3), parts, now=9.0)

        assert [each.state for each in store.shards()] == ["merged", "merged", "queued"]
        assert list(store.calls_in("a-002")) == [
            CallInShard(FIRST, 7, 1, "r:1"), CallInShard(SECOND, 7, 2, "r:2"), CallInShard(THIRD, 7, 3, "s:1"),
        ]  # fmt: skip
        assert store.jobs_of("a-002") == ["a", "b", "c"]
        assert [store.portions(name)["a-002"] for name in ("a", "b", "c")] == [
            Portion(2, 0), Portion(1, 1), Portion(0, 2),
        ]  # fmt: skip
        store.share("b", {"a-002": 2})  # a later pass finds all that wait, its own among them
        assert store.portions("b")["a-002"] == Portion(1, 1)
        assert [[each.shard for each in store.open_shards(name)] for name in ("a", "b", "c")] == [["a-002"]] * 3
        assert set(store.calls_for([THIRD], job="c")) == {THIRD}
        assert store.calls_for([THIRD], job="d") == {}


def test_rows_that_two_shards_share_are_noticed(tmp_path: Path) -> None:
    with closing(BatchStore(tmp_path / "batches.db")) as store:
        store.add_job(Job(job="a", created=1.0, folder="", command=("x",), digest="a"))
        for number, key in enumerate((FIRST, SECOND, FIRST), 1):
            store.add_shard(shard(f"a-{number:03}", "a", 1), [CallInShard(key, 7, 1)])

        assert store.share_a_key("a-003", ["a-002", "a-001"])
        assert not store.share_a_key("a-002", ["a-001", "a-003"])


def test_live_calls_are_forgotten_once_their_rows_are_answered_by_the_same_command(tmp_path: Path) -> None:
    with closing(BatchStore(tmp_path / "batches.db")) as store:
        for name, digest in (("a", "same"), ("b", "same"), ("c", "another")):
            store.add_job(Job(job=name, created=1.0, folder="", command=("x",), digest=digest))
        for number in range(2500):  # more than are looked at together
            store.keep_live("a", number.to_bytes(32), 7, b"one")
        for job in ("a", "b", "c"):
            for question in (1, 2):
                store.keep_live(job, FIRST, question, job.encode())
                store.keep_live(job, SECOND, question, job.encode())
        asked: list[bytes] = []

        def answered(keys: Sequence[bytes]) -> list[bytes]:
            asked.extend(keys)
            return [key for key in keys if key != SECOND]

        store.forget_live("same", answered)

        assert sorted(asked) == sorted({FIRST, SECOND, *(number.to_bytes(32) for number in range(2500))})
        assert store.live_for(asked) == {FIRST: {1: b"c", 2: b"c"}, SECOND: {1: b"c", 2: b"c"}}
        assert store.live_for([FIRST], job="a") == store.live_for([FIRST], job="b") == {}
        assert store.live_for([SECOND], job="a") == {SECOND: {1: b"a", 2: b"a"}}


@pytest.mark.parametrize(("may_be_billed", "left"), [(False, 5), (True, 65)])
def test_what_is_held_for_a_job_stays_its_own_whatever_becomes_of_its_shards(
    tmp_path: Path, may_be_billed: bool, left: int
) -> None:
    with closing(BatchStore(tmp_path / "batches.db")) as store:
        for name in ("a", "b"):
            store.add_job(Job(job=name, created=1.0, folder="", command=("x",), digest=name))
        store.add_shard(shard("a-001", "a", 2), [CallInShard(FIRST, 7, 1, most=50), CallInShard(SECOND, 7, 2, most=60)])
        store.add_shard(shard("b-001", "b", 1), [CallInShard(THIRD, 7, 1, most=700)])
        store.merge(shard("a-002", "a", 3), store.shards(), now=9.0)
        assert [store.held_dollars(job) for job in "ab"] == [HeldDollars(0, 110), HeldDollars(0, 700)]
        merged = store.shards()[-1]
        store.keep_results(merged, [Result(FIRST, status=200, reply=b"{}"), Result(THIRD, status=200, reply=b"{}")])
        (first,), (third,) = store.answered_held("a"), store.answered_held("b")
        store.price_held([(first, 5), (third, None)])
        assert [store.held_dollars(job) for job in "ab"] == [HeldDollars(5, 60), HeldDollars(700, 0)]
        assert store.answered_held("b") == []
        store.end_shard(merged, "expired", may_be_billed=may_be_billed)
        assert [store.held_dollars(job) for job in "ab"] == [HeldDollars(left, 0), HeldDollars(700, 0)]
