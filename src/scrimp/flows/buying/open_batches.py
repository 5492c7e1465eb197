"""What calls in the batches of open jobs are expected to use of credits, which is not in the ledger yet."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.enums import UNSENT_SHARDS
from scrimp.errors import StoreError
from scrimp.store.batches.store import BatchStore
from scrimp.values import ModelRef

if TYPE_CHECKING:
    from scrimp.flows.buying.offers import Offers


def keep_for_open_batches(offers: Offers, path: Path, warn: Callable[[str], None]) -> None:
    """Keep of credits what is in batches as a run begins, by the store of batches, if there is one."""
    if not path.exists():
        return
    try:
        with BatchStore(path) as store:
            keep_for_shards(offers, store)
    except StoreError as error:
        warn(f"the use of credits by calls in batches is unknown: {error}")


def keep_for_shards(offers: Offers, store: BatchStore, *, but: Collection[str] = ()) -> None:
    """Keep what is in shards of open jobs, by the bytes of their files; but for those whose rows tell it."""
    open_jobs = {job.job for job in store.jobs() if job.ended is None and not job.cancelled}
    for shard in store.shards():
        counts = shard.job in open_jobs and shard.shard not in but and shard.state not in UNSENT_SHARDS
        if counts and shard.provider in offers.credits.by_provider and shard.requests:
            model = ModelRef(shard.provider, shard.model)
            each = offers.expected_cost(model, shard.size // shard.requests, batch=True)
            offers.credits.expect_in_batch(shard.provider, None if each is None else each * shard.requests)
