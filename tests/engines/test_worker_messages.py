"""What a worker and its process hand to each other: nothing that cannot be sent or read leaves the other waiting."""

from __future__ import annotations

import pickle
import queue
import sys
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from outcomes import answered
from scrimp.engines.chunks import AnsweredChunk, Chunk
from scrimp.engines.pickled import pickled
from scrimp.engines.processes.worker import hand_back_chunk
from scrimp.engines.processes.worker_process import Told, WorkerProcess
from scrimp.values import Prompt


def deepest() -> bytes:
    """Return JSON that is nested as deeply as it can be read here."""
    for depth in count(100, 10):
        text = b"[" * depth + b"]" * depth
        try:
            msgspec.json.decode(text)
        except RecursionError:
            return text[10:-10]
    raise AssertionError


def test_a_row_can_be_given_to_a_worker_however_deeply_it_is_nested() -> None:
    row = {"data": msgspec.json.decode(deepest())}
    chunk = Chunk(rows=[Prompt(index=0, text="a", row=row)])
    with pytest.raises(RecursionError):
        pickle.dumps(chunk)

    given = pickle.loads(pickled(chunk))

    assert msgspec.json.encode(given.rows[0].row) == msgspec.json.encode(row)
    with pytest.raises(RecursionError):  # the limit is what it was
        pickle.dumps(chunk)


def test_a_chunk_that_cannot_be_handed_back_comes_back_with_the_reason() -> None:
    outcome = answered(index=5)
    done: Future[AnsweredChunk] = Future()
    done.set_result(AnsweredChunk(outcomes=[outcome]))
    handed_back: list[Any] = []

    hand_back_chunk(Chunk(number=3, rows=[Prompt(index=6, text="another row")]), handed_back.append, done)

    ((chunk, outcomes),) = handed_back
    assert (chunk.number, list(outcomes.failed)) == (3, [])
    assert "KeyError" in str(chunk.error)


def test_what_a_worker_says_and_nobody_understands_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "said").write_bytes(pickle.dumps("good morning"))
    speaker = tmp_path / "python"
    speaker.write_text('#!/bin/sh\ncat "${0%/*}/said"\n')
    speaker.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(speaker))
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()

    worker = WorkerProcess("a job", lambda _, news: told.put(news))  # type: ignore[arg-type]  # it is not read

    assert isinstance(told.get(), ValueError)
    worker.end()
