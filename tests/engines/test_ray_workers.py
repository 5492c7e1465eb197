"""What workers of Ray are told: on this machine also where they find each other's rows. Ray itself is not started."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from command import provider_table
from fake_provider import FakeProvider
from scrimp.config.paths import Paths
from scrimp.config.sources.load import load
from scrimp.engines.chunks import AnsweredChunk, Chunk, InputRows, read_chunks
from scrimp.engines.fed_engine import FedEngine
from scrimp.engines.ray.run import _gathered
from scrimp.engines.worker_job import WorkerJob
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.read.options import ReadOptions


def two_workers(
    inputs: InputRows, job: WorkerJob, *, folder: str, workers: int, chunks_at_once: int
) -> Generator[AnsweredChunk, None, None]:
    """Have all rows answered by a worker, and then by another one."""
    del folder, workers, chunks_at_once
    rows = [row for chunk in read_chunks(inputs) for row in chunk.rows]
    for number in range(2):
        with closing(FedEngine(job)) as engine:
            answered = engine.answer(Chunk(rows=rows)).result(timeout=100)
        yield AnsweredChunk(number=number, outcomes=answered.outcomes, error=answered.error)
    yield AnsweredChunk(number=2, is_last=True)


@pytest.mark.parametrize(("address", "times"), [("", 1), ("ray://head:10001", 2)])
def test_workers_of_this_machine_call_for_equal_rows_once_where_they_may_not_use_the_cache(
    address: str, times: int, tmp_path: Path, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = ModuleType("scrimp.engines.ray.dataset")
    monkeypatch.setattr(dataset, "answered_chunks", two_workers, raising=False)
    monkeypatch.setitem(sys.modules, dataset.__name__, dataset)
    file = tmp_path / "in.txt"
    file.write_text("".join(f"row {n}\n" for n in range(50)))
    (tmp_path / "config.toml").write_text(provider_table(provider.url, key_env=""))
    paths = Paths(config=tmp_path / "config.toml", data=tmp_path)
    loaded = load(env={}, cwd=None, paths=paths, flags={})
    services = Services(loaded, paths, env={"RAY_ADDRESS": address}, warn=pytest.fail, note=print)
    inputs = InputRows(names=(str(file),), options=ReadOptions())
    options = RunOptions(model="fake/test-model", concurrency=8, cache="off")
    with closing(services):
        gathered = _gathered(inputs, options, services, lambda _: None, 2, None, lambda _: None)

    assert (gathered.error, gathered.answered) == (None, 100)
    assert len(provider.prompts) == 50 * times
