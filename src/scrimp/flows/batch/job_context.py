"""What every pass over a job's rows needs: its record, its store, endpoints, prices and hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import ConfigError

if TYPE_CHECKING:
    from scrimp.flows.batch.timing.cheap_hours import CheapHoursClock
    from scrimp.flows.batch.unreadable_replies import UnreadableReplies
    from scrimp.prices.book import PriceBook
    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.batches.records import Job
    from scrimp.store.batches.store import BatchStore
    from scrimp.transport.redaction import Secrets


class JobContext(Struct, frozen=True, kw_only=True):
    """What every pass over a job's rows needs."""

    job: Job
    store: BatchStore
    own_only: bool  # ignore replies of other jobs: the user wants fresh completions
    tries: int  # how many batches one call may be sent in, one after the other
    endpoints: Mapping[str, Endpoint]
    available: frozenset[str]  # providers with a key
    secrets: Secrets
    prices: PriceBook
    hours: CheapHoursClock
    unreadable: UnreadableReplies  # that providers sent to this command
    warn: Callable[[str], None]
    allow_unpriced: bool = False  # call models without a known price though there is a cap

    def endpoint(self, shard: str, provider: str) -> Endpoint:
        """Return the endpoint of a provider that a batch went to; ConfigError if it is no longer configured."""
        if provider not in self.endpoints:
            raise ConfigError(
                f"batch {shard} is one of {provider}, which is no longer configured: put [providers.{provider}] back"
            )
        return self.endpoints[provider]
