"""The credits of the config, with what the ledger says is used of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.flows.buying.provider_credits import Credit, ProviderCredits, spent_before
from scrimp.flows.buying.runs_beside import RunsBeside

if TYPE_CHECKING:
    from scrimp.config.paths import Paths
    from scrimp.config.schema import ProviderTable
    from scrimp.store.ledger_queries.lost_calls import LostCall


def open_credits(
    providers: Mapping[str, ProviderTable], paths: Paths, run: str, *, warn: Callable[[str], None],
    note: Callable[[str], None], bounded: Callable[[Sequence[LostCall]], tuple[Decimal, int]],
) -> ProviderCredits:  # fmt: skip
    """Return what is left of each credit as a run begins; what concurrent runs use is looked up as it goes.

    `bounded` is as in `spent_before`.
    """
    granted = {
        name: Credit(dollars=table.credit, since=table.credit_since.isoformat() if table.credit_since else None)
        for name, table in providers.items()
        if table.credit is not None
    }
    if not granted:
        return ProviderCredits({}, {})
    # First: what comes to the ledger meanwhile counts twice, not never.
    beside = RunsBeside(granted, paths, run, warn, bounded=bounded)
    used = spent_before(granted, paths.ledger_db, paths.cost_sums_db, warn, note, bounded=bounded)
    return ProviderCredits(granted, used, warn, beside)
