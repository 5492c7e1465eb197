from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from outcomes import entry
from scrimp.store.ledger import Ledger
from scrimp.store.ledger_queries.entry_reader import entries_since
from scrimp.store.ledger_queries.lost_calls import ClosedCall, close_calls, lost_calls
from scrimp.values import Usage

LOST = replace(entry(cost=None, status="lost"), call="l", most_input=9, most_output=8, reply_id="gen-1")
PAID = replace(entry(), call="p")


def test_a_call_is_closed_once_and_one_that_was_answered_never(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    ledger.append([LOST, PAID])
    ledger.close()
    closed = [ClosedCall(call=call, cost=Decimal("0.5"), usage=Usage(input=3, output=2)) for call in ("l", "p")]

    assert [(call.call, call.most_input, call.reply_id) for call in lost_calls(path)] == [("l", 9, "gen-1")]
    assert (close_calls(path, closed), close_calls(path, closed)) == (1, 0)
    assert lost_calls(path) == []
    lost, paid = entries_since(path, 0.0)
    assert paid == PAID
    assert (lost.status, lost.cost, lost.price) == ("failed", Decimal("0.5"), "reconciled")
    assert lost.usage == Usage(input=3, output=2)


@pytest.mark.parametrize("older", [True, False])
def test_a_call_is_found_and_closed_however_its_id_is_stored(tmp_path: Path, *, older: bool) -> None:
    path, name = tmp_path / "ledger.db", "2c6753ca1dbb2d0dc1-0002001"
    with closing(Ledger(path)) as ledger:
        ledger.append([replace(LOST, call=name)])
    if older:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE entries SET call = ?", (name,))

    assert [call.call for call in lost_calls(path)] == [name]
    assert close_calls(path, [ClosedCall(call=name, cost=Decimal("0.5"))]) == 1
    assert [(each.call, each.status) for each in entries_since(path, 0.0)] == [(name, "failed")]
