"""Completions made elsewhere: none is believed that a store has no room for, or whose numbers no call has."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from outcomes import answer
from scrimp.store.cache import SqliteCache
from scrimp.store.cache_file import CacheFile
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.foreign_completion import doubtful_field
from scrimp.values import Answer, CallUsage, Usage

HUGE = Usage(input=2**70)


def made(given: Answer, created: float = 1.0) -> CachedCompletion:
    return CachedCompletion(bytes(32), created, "r", given)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(("cost", answer(cost=each)) for each in ("NaN", "sNaN", "-Infinity", "1e20", "1e400000", "-1", "1e-400000")),
        ("compression_saved", answer(compression_saved=Decimal("Infinity"))),
        ("input", answer(tokens=(-1, 3))), ("output", answer(tokens=(1, 2**63))), ("attempts", answer(attempts=2**64)),
        ("input", answer(calls=(CallUsage(provider="p", model="m", answered_by="m", usage=HUGE),))),
    ],
)  # fmt: skip
def test_numbers_that_no_call_has_are_named(name: str, given: Answer) -> None:
    assert doubtful_field(made(given)) == name


@pytest.mark.parametrize("created", [-1.0, 1e300, float("nan"), 253_370_764_800.0])
def test_so_is_a_moment_that_no_clock_shows(created: float) -> None:
    assert doubtful_field(made(answer(), created)) == "created"


def test_what_is_believed_has_room_in_a_cache_and_whatever_a_model_wrote_is(tmp_path: Path) -> None:
    largest = replace(
        answer(cost="1000000", tokens=(10**15, 0)), parsed={"cost": 1e300, "n": 2**80}, compression_saved=Decimal(-5)
    )
    given = made(largest, created=253_370_764_799.0)
    cache = SqliteCache(tmp_path / "cache.db")
    cache.import_many([given])
    file = CacheFile(tmp_path / "cache.db")

    assert doubtful_field(given) is None
    assert cache.get_many([given.key]) == {given.key: given}
    assert file.stats().cost_nano == 10**15
    cache.close()
    file.close()
