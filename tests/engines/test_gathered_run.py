"""What workers answer, brought together: in order, counted, and what was lost with a worker given out once more."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from outcomes import answered, entry, failed
from scrimp.config.paths import Paths
from scrimp.config.sources.load import load
from scrimp.engines.chunks import AnsweredChunk, Chunk, InputRows, read_chunks
from scrimp.engines.gathered_run import Answers, GatheredRun
from scrimp.engines.part_files import PartFiles
from scrimp.engines.worker_job import WorkerJob, worker_job
from scrimp.flows.engine.stops.run_stop import SHARE_LOST, RunStop
from scrimp.flows.plan.run_options import RunLimits, RunOptions
from scrimp.flows.services import Services
from scrimp.read.options import ReadOptions
from scrimp.values import Entry, Failed, Outcome

ROWS = 1000


class Workers:
    """Workers that die of some rows, and of no others unless these are with them."""

    def __init__(
        self, *deadly: int, stops_after: int | None = None, ends: bool = True, fails: int | None = None,
        lost: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        """They answer the last chunk first; chunks that are `lost` come the second time."""
        self.deadly, self.stops_after, self.ends, self.fails = deadly, stops_after, ends, fails
        self.calls: list[int] = []
        self.chunks: list[int] = []  # how many rows each had
        self.lost = lost

    def __call__(
        self, inputs: InputRows, job: WorkerJob, *, chunks_at_once: int
    ) -> Generator[AnsweredChunk, None, None]:
        for chunk in reversed(list(read_chunks(inputs))):
            if chunk.is_last and not self.ends:
                return
            if chunk.number not in self.lost and not any(row.index in self.deadly for row in chunk.rows):
                yield self.answer(chunk)
        self.lost = ()

    def answer(self, chunk: Chunk) -> AnsweredChunk:
        self.calls += [row.index for row in chunk.rows]
        self.chunks.append(len(chunk.rows))
        outcomes = [
            replace(failed(), prompt=row) if row.index == self.fails else replace(answered(), prompt=row)
            for row in chunk.rows
        ]
        stop = RunStop("auth", "no provider is left", 4) if chunk.number == self.stops_after else None
        return AnsweredChunk(
            number=chunk.number,
            is_last=chunk.is_last,
            alone=chunk.alone,
            outcomes=outcomes,
            stop=stop,
            error=chunk.error,
            header=chunk.header,
        )


class Gathering:
    """One run over a thousand rows."""

    def __init__(
        self,
        folder: Path,
        answers: Answers,
        options: RunOptions,
        last: str | None = None,
        parts: PartFiles | None = None,
    ) -> None:
        file = folder / "in.jsonl"
        file.write_text("".join(f'"row {n}"\n' for n in range(ROWS)))
        names = [str(file)]
        if last is not None:
            (folder / "last.jsonl").write_text(last)
            names.append(str(folder / "last.jsonl"))
        paths = Paths(config=folder / "config.toml", data=folder)
        loaded = load(env={}, cwd=None, paths=paths, flags={})
        self.warned: list[str] = []
        services = Services(loaded, paths, env={}, warn=self.warned.append, note=print)
        self.outcomes: list[Outcome] = []
        self.entries: list[Entry] = []
        self.headers: list[list[str]] = []
        job = replace(worker_job("r", loaded, paths, options, 2, credits_left=services.lend_credits()), parts=parts)
        self.run = GatheredRun(
            job,
            options,
            services,
            self._take,
            self.entries.extend,
            answers,
            lambda names: self.headers.append([*names]),
        )
        self.run.take(InputRows(names=tuple(names), options=ReadOptions()))

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes += outcomes

    @property
    def indexes(self) -> list[int]:
        return [outcome.prompt.index for outcome in self.outcomes]


@pytest.mark.parametrize("order", ["input", "completion"])
def test_every_row_is_handed_on_once(tmp_path: Path, order: str) -> None:
    gathered = Gathering(tmp_path, Workers(), RunOptions(order=order))  # type: ignore[arg-type]  # one of two words

    assert sorted(gathered.indexes) == list(range(ROWS))
    assert (gathered.indexes == list(range(ROWS))) == (order == "input")
    assert (gathered.run.answered, len(gathered.entries)) == (ROWS, ROWS)
    assert gathered.run.goes_on


@pytest.mark.parametrize("order", ["input", "completion"])
def test_of_rows_that_workers_die_of_only_these_fail(tmp_path: Path, order: str) -> None:
    workers = Workers(300, 301, 999)
    gathered = Gathering(tmp_path, workers, RunOptions(order=order))  # type: ignore[arg-type]  # as above

    assert sorted(gathered.indexes) == list(range(ROWS))
    dead = [outcome for outcome in gathered.outcomes if isinstance(outcome, Failed)]
    assert sorted(outcome.prompt.index for outcome in dead) == [300, 301, 999]
    assert all("died" in outcome.failure.message for outcome in dead)
    assert sorted(workers.calls) == [n for n in range(ROWS) if n not in workers.deadly]
    assert gathered.run.answered == ROWS - 3


def test_rows_that_were_lost_with_a_machine_are_given_out_once_more_as_they_were(tmp_path: Path) -> None:
    workers = Workers(lost=(0, 2))
    gathered = Gathering(tmp_path, workers, RunOptions())

    assert gathered.indexes == list(range(ROWS))
    assert workers.chunks == [0, 232, 256, 0, 256, 256]  # none of them row by row
    assert gathered.run.goes_on


class Climbing(Workers):
    """Workers whose rows all reach the second step of the chain c."""

    def answer(self, chunk: Chunk) -> AnsweredChunk:
        called = replace(entry(), chain="c", step=1)
        return replace(super().answer(chunk), outcomes=[
            replace(answered(), prompt=row, entries=(called,)) for row in chunk.rows
        ])  # fmt: skip


def test_rows_of_a_chain_that_climb_too_often_end_the_run_whichever_workers_had_them(tmp_path: Path) -> None:
    chain = '[chains.c]\nsteps = ["simple", "high"]\nmax_escalation = '
    stops = []
    for limit in ("25%", "100%"):
        (tmp_path / "config.toml").write_text(f'{chain}"{limit}"\n')
        stops.append(Gathering(tmp_path, Climbing(), RunOptions(chain="c")).run.stop)

    assert stops[1] is None
    assert stops[0] is not None
    assert "50 of 50 rows reached the last step of chain 'c'" in stops[0].message


def test_the_end_of_a_credit_is_told_of_the_calls_of_all_workers(tmp_path: Path) -> None:
    # a call of each row at 0.0000118 dollars
    for credit, told in (
        ("0.0118", "with openai is used up"),
        ("0.0119", "near its end, $0.00119 of $0.0119"),
        ("0.02", ""),
    ):
        (tmp_path / "config.toml").write_text(f"[providers.openai]\ncredit = {credit}\n")
        warned = Gathering(tmp_path, Workers(), RunOptions()).warned
        assert (told in warned[-1]) if told else not warned, warned


def test_a_worker_that_stops_ends_the_run(tmp_path: Path) -> None:
    gathered = Gathering(tmp_path, Workers(300, stops_after=2), RunOptions())

    assert gathered.run.stop is not None
    assert gathered.run.stop.reason == "auth"
    assert gathered.indexes == list(range(512, ROWS))  # what was answered before it stopped, in order
    assert len(gathered.entries) == ROWS - 512


def test_too_many_failures_end_the_run_whichever_worker_they_were_of(tmp_path: Path) -> None:
    gathered = Gathering(tmp_path, Workers(fails=5), RunOptions(limits=RunLimits(max_failures=0)))

    assert gathered.run.stop is not None
    assert gathered.run.stop.reason == "failures"


def test_inputs_that_were_not_read_to_their_end_are_no_good_end(tmp_path: Path) -> None:
    gathered = Gathering(tmp_path, Workers(ends=False), RunOptions())

    assert "the task that reads the inputs died" in str(gathered.run.error)


def test_an_input_that_cannot_be_read_ends_the_run_after_the_rows_before_it(tmp_path: Path) -> None:
    gathered = Gathering(tmp_path, Workers(), RunOptions(), last="{\n")

    assert gathered.indexes == list(range(ROWS))
    assert "last.jsonl:1" in str(gathered.run.error)


def test_the_names_of_parts_are_known_also_of_rows_that_were_lost(tmp_path: Path) -> None:
    parts = PartFiles(folder=f"{tmp_path}/", out="jsonl")
    gathered = Gathering(tmp_path, Workers(300), RunOptions(), parts=parts)

    alone = {parts.name(number, alone=True) for number in range(256)}  # of the chunk that has row 300
    assert gathered.run.part_names == {parts.name(number, alone=False) for number in (0, 2, 3)} | alone
    (written,) = tmp_path.glob("part-*")  # by whom the rows come together: no worker is left to
    assert (written.name, b'"index":300,' in written.read_bytes()) == ("part-lost-000044.jsonl", True)


def test_a_header_without_rows_is_handed_on(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ticket,team\n")
    gathered = Gathering(tmp_path, Workers(), RunOptions())
    gathered.run.take(InputRows(names=(str(tmp_path / "in.csv"),), options=ReadOptions()))

    assert gathered.headers == [["ticket", "team"]]


def test_what_is_lost_with_a_share_of_a_cap_is_not_given_out_again(tmp_path: Path) -> None:
    workers = Workers(lost=(1,))
    gathered = Gathering(tmp_path, workers, RunOptions(limits=RunLimits(max_cost=Decimal(1))))

    assert gathered.run.stop == SHARE_LOST
    assert sorted(gathered.indexes) == sorted(workers.calls)
    assert 0 < len(gathered.indexes) < ROWS
