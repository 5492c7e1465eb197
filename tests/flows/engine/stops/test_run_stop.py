from __future__ import annotations

import pytest

from scrimp.errors import DiskFullError, StoreError, StoreRemovedError
from scrimp.flows.engine.stops.run_stop import store_unwritable


@pytest.mark.parametrize(
    ("error", "rows"),
    [(DiskFullError("full"), "45 rows answered and kept"), (StoreRemovedError("removed"), "45 rows answered")],
)
def test_rows_are_told_as_kept_where_the_stores_are_still_there(error: StoreError, rows: str) -> None:
    stop = store_unwritable(error).after(45, "on")

    assert stop.message.endswith(f": {error}; {rows}; rerun the same command to resume")
