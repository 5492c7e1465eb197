"""A run that is fed in chunks: each comes back whole and in order, whatever is answered first."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from command import provider_table
from fake_provider import FakeProvider
from outcomes import answered
from scrimp.config.paths import Paths
from scrimp.config.sources.load import load
from scrimp.engines.chunks import AnsweredChunk, Chunk
from scrimp.engines.fed_engine import FedEngine
from scrimp.engines.worker_job import WorkerJob, worker_job
from scrimp.errors import StoreError
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.plan.run_options import RunOptions
from scrimp.values import Outcome, Prompt

STOP = RunStop("budget", "stopped", 5)
Sink = Callable[[Sequence[Outcome]], None]


def chunk(*indexes: int) -> Chunk:
    return Chunk(rows=[Prompt(index=index, text=f"row {index}") for index in indexes])


def texts(answer: Future[AnsweredChunk]) -> list[str]:
    return [outcome.prompt.text for outcome in answer.result(timeout=100).outcomes]


@pytest.fixture
def job(tmp_path: Path) -> WorkerJob:
    paths = Paths(config=tmp_path / "config.toml", data=tmp_path)
    loaded = load(env={}, cwd=None, paths=paths, flags={})
    return worker_job("r", loaded, paths, RunOptions(model="fake/test-model", concurrency=8), 2)


def backwards(groups: Iterator[list[Prompt]], _options: RunOptions, _services: Any, sink: Sink) -> None:
    """Answer two groups at a time, the last row first."""
    for first in groups:
        for row in reversed([*first, *next(groups)]):
            sink([replace(answered(), prompt=row)])


def test_rows_come_back_in_the_order_of_their_chunk(job: WorkerJob) -> None:
    engine = FedEngine(job, backwards)
    first, second = engine.answer(chunk(5, 3, 4)), engine.answer(chunk(1, 2))

    assert (texts(first), texts(second)) == (["row 5", "row 3", "row 4"], ["row 1", "row 2"])
    assert engine.answer(Chunk()).result(timeout=100).outcomes == ()


def test_a_chunk_that_comes_again_is_answered_again(job: WorkerJob) -> None:
    """A worker that comes back may be given what it had."""
    engine = FedEngine(job, backwards)
    both = [engine.answer(chunk(0, 1)), engine.answer(chunk(0, 1))]

    assert [texts(each) for each in both] == [["row 0", "row 1"]] * 2


@pytest.mark.parametrize("ending", [STOP, StoreError("no room"), ZeroDivisionError("bug")])
def test_what_ends_the_run_comes_with_the_rows_that_were_reached_and_with_all_later_chunks(
    job: WorkerJob, ending: RunStop | Exception
) -> None:
    def ends(groups: Iterator[list[Prompt]], _options: RunOptions, _services: Any, sink: Sink) -> RunStop:
        sink([replace(answered(), prompt=next(groups)[0])])
        if isinstance(ending, Exception):
            raise ending
        return ending

    engine = FedEngine(job, ends)
    first = engine.answer(chunk(0, 1)).result(timeout=100)
    later = engine.answer(chunk(2)).result(timeout=100)

    assert [outcome.prompt.index for outcome in first.outcomes] == [0]
    assert later.outcomes == ()
    for each in (first, later):
        assert each.stop == (ending if isinstance(ending, RunStop) else None)
        assert isinstance(ending, RunStop) or str(ending) in str(each.error)


def test_real_rows_are_answered_and_kept_under_the_name_of_the_run(
    tmp_path: Path, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_KEY", "sk-test-0123456789abcdef")
    (tmp_path / "config.toml").write_text(provider_table(provider.url))
    paths = Paths(config=tmp_path / "config.toml", data=tmp_path)
    loaded = load(env=os.environ, cwd=None, paths=paths, flags={})
    job = worker_job("20261129-100000-abcdef", loaded, paths, RunOptions(model="fake/test-model", concurrency=8), 2)
    engine = FedEngine(job)
    answers = [engine.answer(chunk(*range(first, first + 50))) for first in range(0, 200, 50)]
    outcomes = [outcome for each in answers for outcome in each.result(timeout=100).outcomes]
    engine.close()

    assert [(outcome.prompt.index, outcome.answer and outcome.answer.output) for outcome in outcomes] == [
        (index, f"echo: row {index}") for index in range(200)
    ]
    assert len(provider.bodies) == 200
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        assert db.execute("SELECT run, count(*) FROM entries GROUP BY run").fetchall() == [(job.run, 200)]
    assert list(tmp_path.glob("in-flight-*")) == []


def test_a_worker_uses_up_its_share_of_a_credit_and_no_more(tmp_path: Path, provider: FakeProvider) -> None:
    sold = "price = {{ input = {}, output = 0 }}\n".format
    (tmp_path / "config.toml").write_text(
        f"{provider_table(provider.url, 'cheap', key_env='')}"
        f"{provider_table(provider.url, 'dear', key_env='')}credit = 100\n"
        f'[models."cheap/m"]\nbuy = "cheapest"\n{sold(1)}[models."dear/m"]\nsame_as = "cheap/m"\n{sold(10)}'
    )
    paths = Paths(config=tmp_path / "config.toml", data=tmp_path)
    loaded = load(env=os.environ, cwd=None, paths=paths, flags={})
    options = RunOptions(model="cheap/m", concurrency=2)
    # 10 tokens a call, as its 40 bytes are expected to be, at 10 dollars a million: a share of two calls
    engine = FedEngine(worker_job("r", loaded, paths, options, 2, credits_left={"dear": Decimal("0.0004")}))
    rows = Chunk(rows=[Prompt(index=index, text=f"row {index:036}") for index in range(40)])
    bought = [outcome.entries[0].provider for outcome in engine.answer(rows).result(timeout=100).outcomes]
    engine.close()

    assert 1 <= bought.count("dear") <= 2
    assert len(bought) == 40
