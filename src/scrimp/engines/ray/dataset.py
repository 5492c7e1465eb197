"""The pipeline in Ray Data: a task reads chunks of rows, actors answer them, and the process that started it iterates.

A chunk is one row of the dataset, pickled: rows of scrimp have no schema that Arrow would have to know.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import warnings
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import fields
from typing import TypeVar

import pyarrow as pa
import ray.data
from ray.data.block import BlockMetadata
from ray.data.datasource import Datasource, ReadTask
from ray.exceptions import RayError

from scrimp.engines.chunks import AnsweredChunk, Chunk, InputRows, read_chunks
from scrimp.engines.fed_engine import FedEngine
from scrimp.engines.pickled import pickled
from scrimp.engines.worker_job import WorkerJob
from scrimp.errors import InputError, ScrimpError
from scrimp.flows.engine.stops.run_stop import SHARE_LOST

_Kind = TypeVar("_Kind", Chunk, AnsweredChunk)
_COLUMN = "chunk"
_MOST_RETRIES = 1  # of a chunk whose worker dies: a row may be what it dies of, and others in flight are paid again


class RowSource(Datasource):  # type: ignore[misc]  # Ray is not installed where types are checked
    """The inputs of a run, read in one task: its rows are numbered through, and it reads faster than models answer."""

    def __init__(self, inputs: InputRows, folder: str) -> None:
        """`folder` is where the names of the inputs begin."""
        self._inputs, self._folder = inputs, folder

    def estimate_inmemory_data_size(self) -> None:
        """Return that it is unknown."""

    def get_read_tasks(self, parallelism: int, *_: object, **__: object) -> list[ReadTask]:
        """Return the one task."""
        del parallelism
        inputs, folder = self._inputs, self._folder

        def read() -> Iterator[pa.Table]:
            try:
                os.chdir(folder)
            except OSError as error:
                unread = InputError(f"{folder} cannot be entered where a worker reads ({error.strerror}): share it")
                yield _table(Chunk(is_last=True, error=unread))
                return
            for chunk in read_chunks(inputs):
                yield _table(chunk)

        nothing_known = BlockMetadata(**{each.name: None for each in fields(BlockMetadata)})  # others in each version
        return [ReadTask(read, nothing_known)]


class AnsweringActor:
    """A worker: the flow of a run, which lives as long as the actor, so that chunks follow each other without a gap."""

    def __init__(self, job: WorkerJob) -> None:
        replaces = ray.get_runtime_context().was_current_actor_reconstructed
        self._engine, self._parts = FedEngine(job.in_place_of_a_dead_one if replaces else job), job.parts
        self._share_lost = job.has_share_of_cap and replaces

    async def __call__(self, batch: pa.Table) -> AsyncIterator[pa.Table]:
        """Yield the chunk with the outcomes of its rows."""
        chunk = _unpacked(batch, Chunk)
        if self._share_lost:  # with the worker whose place this one has taken
            yield _table(AnsweredChunk(number=chunk.number, messages=chunk.messages, stop=SHARE_LOST))
            return
        answered = await asyncio.wrap_future(self._engine.answer(chunk))
        messages, error = [*chunk.messages, *answered.messages], answered.error
        if self._parts is not None and answered.outcomes:
            try:
                said = await asyncio.to_thread(self._parts.write, chunk.number, answered.outcomes, alone=chunk.alone)
                messages += [("warning", text) for text in said]
            except ScrimpError as unwritten:
                error = error or unwritten
        both = AnsweredChunk(
            number=chunk.number, is_last=chunk.is_last, alone=chunk.alone, outcomes=answered.outcomes,
            stop=answered.stop, messages=messages, error=error or chunk.error, header=chunk.header,
        )  # fmt: skip
        yield _table(both)


def answered_chunks(
    inputs: InputRows, job: WorkerJob, *, folder: str, workers: int, chunks_at_once: int
) -> Generator[AnsweredChunk, None, None]:
    """Yield what becomes of all rows as it comes; each worker has `chunks_at_once`.

    A chunk whose workers died again and again is left out.
    """
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = False  # with it Ray 2.40 yields nothing of async actors
    context.target_max_block_size = 1  # of bytes: each chunk is a block, which goes to whichever worker has room
    context.target_min_block_size = 1
    context.max_errored_blocks = -1
    # One waits where others are answered; behind a single one it would die with that.
    queued = chunks_at_once + (chunks_at_once > 1)
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parameters that will have other names in versions to come
        dataset = ray.data.read_datasource(RowSource(inputs, folder), override_num_blocks=1).map_batches(
            AnsweringActor, fn_constructor_args=(job,), batch_size=1, batch_format="pyarrow", zero_copy_batch=True,
            compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=queued),
            max_concurrency=chunks_at_once, max_task_retries=_MOST_RETRIES,
        )  # fmt: skip
    try:
        for batch in dataset.iter_batches(batch_size=1, batch_format="pyarrow", prefetch_batches=1):
            yield _unpacked(batch, AnsweredChunk)
    except RayError as error:
        said = str(error).strip().splitlines()[-1]
        raise ScrimpError(
            f"Ray could not go on: {said}; what was answered is kept: rerun the same command to resume"
        ) from error


def _table(chunk: Chunk | AnsweredChunk) -> pa.Table:
    return pa.table({_COLUMN: pa.array([pickled(chunk)], type=pa.large_binary())})


def _unpacked(table: pa.Table, kind: type[_Kind]) -> _Kind:
    chunk = pickle.loads(table[_COLUMN][0].as_py())  # noqa: S301 - what another process of this run has made
    if not isinstance(chunk, kind):
        raise TypeError(f"{type(chunk)} came where a {kind} was expected")
    return chunk
