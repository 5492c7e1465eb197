"""Repairing the stores: databases rebuilt from what can be read of them, then the journals, which need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.flows.stores.recovery import CompletionsSink, commit_records
from scrimp.store import cache
from scrimp.store.cost_sums.connection import remove_sums
from scrimp.store.repair.database import repair_database
from scrimp.store.repair.journals import damaged_journals, fragments, set_searched
from scrimp.store.schemas import batches, ledger
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.config.paths import Paths


def repair_stores(paths: Paths, share: CompletionsSink = lambda _: None) -> list[str]:
    """Repair what is damaged; return a sentence for each file. Raise StoreError if that cannot be done now.

    `share` gives the completions of journals to other machines.
    """
    said = []
    stores = (
        (paths.cache_db, cache.MIGRATIONS), (paths.ledger_db, ledger.MIGRATIONS),
        (paths.batches_db, batches.MIGRATIONS),
    )  # fmt: skip
    for path, migrations in stores:
        if (made := repair_database(path, migrations)) is not None:
            said.append(f"{path} rebuilt from {pluralize(made.rows, 'row')}; the damaged file is {made.kept_as}")
            if path == paths.ledger_db:
                remove_sums(paths.cost_sums_db)
            if path == paths.batches_db:
                said.append("batches that are lost from it: scrimp batch reconcile finds them at their providers")
    for journal in damaged_journals(paths.ledger_db.parent):
        records = fragments(journal)
        lost = commit_records(paths, records, share)
        kept = set_searched(journal)
        said.append(f"{pluralize(len(records), 'record')} read in {kept}, {pluralize(lost, 'call')} of them lost")
    return said
