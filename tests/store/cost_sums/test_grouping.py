"""Every way to group entries makes the same sums."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import entry
from scrimp.store.cost_sums.connection import open_sums
from scrimp.store.cost_sums.grouping import TABLE, grouped_together, make_few_groups, make_groups
from scrimp.store.cost_sums.measures import BOUNDED, DIMENSIONS, by_dimension, kept_alone
from scrimp.store.ledger import Ledger
from scrimp.values import Entry
from store.cost_sums.test_sums import entries

ALL, WITHIN = tuple(DIMENSIONS), ("id > ? AND id <= ?", (1, 15))


def append(home: Path, given: list[Entry]) -> None:
    with closing(Ledger(home / "ledger.db")) as ledger:
        ledger.append(given)


@settings(max_examples=25)
@given(given=st.lists(entries, max_size=20))
def test_few_groups_are_those_of_many_and_a_dimension_by_itself_has_the_same_sums(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry]
) -> None:
    home = tmp_path_factory.mktemp("home")
    append(home, given)
    found: list[dict[str, list[Any]]] = []
    for make in (make_groups, make_few_groups):
        db, _ = open_sums(home / "cost-sums.db", home / "ledger.db")
        with closing(db):
            make(db, ALL, *WITHIN)
            found.append({name: sorted(db.execute(by_dimension(name, TABLE)).fetchall()) for name in ALL})
            alone = {name: sorted(db.execute(kept_alone(name, WITHIN[0]), WITHIN[1]).fetchall()) for name in ALL}

    assert found[0] == found[1] == alone


def test_users_and_routes_in_every_combination_are_grouped_by_themselves(tmp_path: Path) -> None:
    append(tmp_path, [
        replace(entry(), call=f"c{n}", run="r1", user=f"u{n % 40}", route=f"t{n * 7 % 37}") for n in range(1500)
    ])  # fmt: skip
    db, _ = open_sums(tmp_path / "cost-sums.db", tmp_path / "ledger.db")
    with closing(db):
        together, are_few = grouped_together(db, ALL, 0)

    assert {*BOUNDED, "run"} <= set(together)
    assert {"user", "route"} - set(together)
    assert are_few
