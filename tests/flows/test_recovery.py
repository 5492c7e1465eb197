from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from scrimp.config.paths import paths_of
from scrimp.flows.recovery import recovered
from scrimp.store.cache import Cache
from scrimp.store.ledger import Ledger
from scrimp.values import Answer, Entry, Usage

KEY = b"k" * 32
LOST = Entry(call="c", run="r", time=100.0, provider="acme", model="m", status="lost", seconds=0.0, key=KEY.hex())
ANSWER = Answer(
    output="yes", model="m", provider="acme", finish_reason="stop", usage=Usage(input=7, output=1),
    cost=Decimal("0.000000009"), price="user",
)  # fmt: skip

DIES = """
import sys
from pathlib import Path
import msgspec
from scrimp.store.journal import Journal
from scrimp.values import Entry
journal = Journal(Path(sys.argv[1]), "r")
journal.begin(msgspec.json.decode(sys.argv[2], type=Entry))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose ledger has one call in flight, of a process that is no more."""
    words = [sys.executable, "-c", DIES, str(tmp_path), msgspec.json.encode(LOST).decode()]
    subprocess.run(words, check=True, env=dict(os.environ))
    return tmp_path


def booked(home: Path) -> tuple[int, int, Decimal]:
    ledger = Ledger(home / "ledger.db")
    assert recovered(ledger, paths_of({"SCRIMP_HOME": str(home)})) == 1
    (total,) = ledger.totals("run")
    ledger.close()
    return total.calls, total.lost, total.cost


def keep(home: Path, answer: Answer, *, run: str = "r") -> None:
    cache = Cache(home / "cache.db")
    cache.put([(KEY, answer)], run=run, now=101.0)
    cache.close()


def test_a_call_whose_completion_is_nowhere_is_lost(home: Path) -> None:
    assert booked(home) == (1, 1, Decimal(0))


def test_a_call_whose_completion_was_kept_was_paid_for(home: Path) -> None:
    keep(home, ANSWER)

    assert booked(home) == (1, 0, Decimal("0.000000009"))


def test_what_the_ledger_holds_is_not_booked_again(home: Path) -> None:
    ledger = Ledger(home / "ledger.db")
    ledger.end([replace(LOST, status="failed", cost=Decimal(0))])

    assert recovered(ledger, paths_of({"SCRIMP_HOME": str(home)})) == 0
    assert list(home.glob("in-flight-*")) == []


def test_a_completion_of_another_run_is_no_proof(home: Path) -> None:
    keep(home, ANSWER, run="another")

    assert booked(home)[1] == 1


@pytest.mark.parametrize("other", [replace(ANSWER, attempts=2), replace(ANSWER, provider="globex")])
def test_where_the_cost_of_this_call_is_not_known_it_stays_lost(home: Path, other: Answer) -> None:
    keep(home, other)

    assert booked(home)[1] == 1


def test_a_cache_that_cannot_be_read_leaves_the_ledger_alone(home: Path) -> None:
    (home / "cache.db").write_text("no database, however long one looks at it")

    assert booked(home)[1] == 1
