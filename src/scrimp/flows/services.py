"""What the rooms of one command share: stores, prices, routes and keys, each opened on first use."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.flows.plan.cache_lookup import CacheLookup
from scrimp.flows.plan.certified.certificates_in_use import CertificatesInUse
from scrimp.flows.stores.stores import Stores

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from scrimp.config.paths import Paths
    from scrimp.config.resolved.api_keys import KeyRing
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.sources.load import LoadedConfig
    from scrimp.flows.buying.offers import Offers
    from scrimp.flows.buying.provider_credits import ProviderCredits
    from scrimp.flows.buying.sellers import Sellers
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.sinks.open_sinks import Sinks
    from scrimp.flows.spend.cost_now import CostNow
    from scrimp.flows.stores.shared_cache import SharedCache
    from scrimp.prices.book import PriceBook
    from scrimp.routing.rules import RoutingRule
    from scrimp.values import ModelRef, OutcomeSink, Usage


class JobAtWork(Struct, frozen=True):
    """The batch job that a command works on: its rows are routed by what was known when it was made."""

    began: float  # seconds since the epoch
    as_sent: Callable[[Sequence[PlannedRow]], Sequence[PlannedRow]]  # gives rows the keys they were sent with


class Services:
    """The stores, prices, routes and keys of one command."""

    def __init__(
        self,
        loaded: LoadedConfig,
        paths: Paths,
        *,
        env: Mapping[str, str],
        warn: Callable[[str], None],
        note: Callable[[str], None],
        alert: Callable[[str], None] | None = None,
        shard: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`alert` takes warnings that are printed even with --quiet.

        `shard` names this job in its run's name, if several jobs share an input.
        """
        self.loaded, self.paths, self.env, self.clock = loaded, paths, env, clock
        self.warn, self.note, self.alert = warn, note, alert or warn
        self._sinks: Sinks | None = None
        self.certificates = CertificatesInUse(paths.tuned, warn=self.warn, alert=self.alert)
        self._shard = shard
        self._credit_shares: Mapping[str, Decimal] | None = None  # credit shares of one of several worker processes
        self._folder: Path | None = None  # the folder that the worker processes of a run share
        self._part: str | None = None  # the name of this worker process, if there are several
        self._began: float | None = None  # when that run began
        self._job: JobAtWork | None = None

    def close(self) -> None:
        """Close what was opened."""
        if self._sinks is not None:
            self._sinks.close(self.warn)
        if "stores" in self.__dict__:
            self.stores.close()
        if "provider_credits" in self.__dict__:
            self.provider_credits.close()  # the ledger has all that was paid

    def join(
        self, run: str, began: float | None = None, credit_shares: Mapping[str, Decimal] = {},
        folder: Path | None = None,
    ) -> None:  # fmt: skip
        """Make this one of several processes of a run; to be called before anything asks for its name.

        `credit_shares` are the dollars of providers' credits that this process may use; it does not warn of their end.
        The common `folder` of these processes has what no other run may find.
        """
        self.__dict__["run"] = run
        self._began = began
        self._credit_shares = credit_shares
        self._folder = folder
        self._part = os.urandom(3).hex()

    def work_on(self, job: JobAtWork) -> None:
        """Plan rows by what was known when a job was made; to be called before any is planned."""
        self._job = job

    @property
    def job(self) -> JobAtWork | None:
        """The batch job that the command works on, if any."""
        return self._job

    @property
    def began(self) -> float | None:
        """When the job, or the run of several processes, began; calls since then do not count as history."""
        return self._began if self._job is None else self._job.began

    @property
    def process(self) -> str:
        """The name of this process, used for its journal: the run's name, unless several processes work on it."""
        return self.run if self._part is None else f"{self.run}-{self._part}"

    @cached_property
    def run(self) -> str:
        """The name of this run in the ledger: when it began, six characters (many begin in one second), its shard."""
        began = time.strftime("%Y%m%d-%H%M%S-", time.gmtime(self.clock()))
        return began + os.urandom(3).hex() + ("" if self._shard is None else f"-{self._shard}")

    @cached_property
    def stores(self) -> Stores:
        """The user's stores."""
        return Stores(self.paths, self.process, self.warn, self._shared_cache(), alert=self.alert, folder=self._folder)

    def _shared_cache(self) -> SharedCache | None:
        """Return the cache that the config shares with other machines, if any."""
        table = self.loaded.config.shared
        if table.cache is None and table.cache_env is None:
            return None
        from scrimp.flows.stores.shared_cache import SharedCache  # few configs name one

        return SharedCache(table, lambda: self.keys, self.warn)

    def tell_sinks(self, take: OutcomeSink) -> OutcomeSink:
        """Return a sink of outcomes that also reports the calls to the sinks of the config."""
        if not self.loaded.config.sinks:
            return take
        if self._sinks is None:
            from scrimp.flows.sinks.open_sinks import open_sinks  # few configs name one

            hosts = {name: endpoint.host for name, endpoint in self.routes.endpoints.items()}
            self._sinks = open_sinks(self.loaded.config.sinks, self.env, hosts, hide=self.keys.hide, warn=self.warn)
        return self._sinks.tee(take)

    @cached_property
    def routes(self) -> Routes:
        """Tiers, chains and models as configured."""
        from scrimp.config.resolved.routes import Routes  # opened when first needed

        return Routes(self.loaded.config, self.keys)

    @cached_property
    def keys(self) -> KeyRing:
        """The providers' keys."""
        from scrimp.config.resolved.api_keys import KeyRing  # opened when first needed

        return KeyRing(self.env, self.loaded.config.providers, self.warn)

    @cached_property
    def prices(self) -> PriceBook:
        """The user's prices over our corrections over the table."""
        from scrimp.flows.spend.open_prices import open_prices  # opened when first needed

        return open_prices(self.loaded.config, self.paths, self.routes)

    @cached_property
    def provider_credits(self) -> ProviderCredits:
        """The credits with providers, and what the ledger says is left of them."""
        if self._credit_shares is not None:
            from scrimp.flows.buying.provider_credits import Credit, ProviderCredits  # for calls of a worker

            return ProviderCredits({name: Credit(dollars=share) for name, share in self._credit_shares.items()}, {})
        from scrimp.flows.buying.open_credits import open_credits  # for calls
        from scrimp.flows.spend.lost_bounds import bounded

        return open_credits(
            self.loaded.config.providers, self.paths, self.run, warn=self.warn, note=self.note,
            bounded=lambda calls: bounded(calls, self.prices),
        )  # fmt: skip

    def lend_credits(self) -> dict[str, Decimal]:
        """Reserve the balance of each credit for the workers of the run, and return it in dollars."""
        if all(table.credit is None for table in self.loaded.config.providers.values()):
            return {}
        return self.offers.credits.lend()

    @cached_property
    def sellers(self) -> Sellers:
        """Which providers sell a model."""
        from scrimp.flows.buying.sellers import Sellers  # for calls
        from scrimp.prices.own_prices import read_own_prices  # with the price book

        own = read_own_prices(self.paths.own_prices)
        return Sellers(self.loaded.config, self.routes.endpoints, self.prices, own)

    @cached_property
    def offers(self) -> Offers:
        """The same model at several providers, the cheapest first."""
        from scrimp.flows.buying.offers import Offers  # for calls

        offers = Offers(
            lambda: self.sellers, self.prices, self.provider_credits, available=self.routes.available, clock=self.clock,
            note=self.note,
        )  # fmt: skip
        if self._credit_shares is None and offers.credits.by_provider:
            from scrimp.flows.buying.open_batches import keep_for_open_batches  # few providers give a credit

            keep_for_open_batches(offers, self.paths.batches_db, self.warn)
        return offers

    def cost_now(self, options: RunOptions) -> CostNow:
        """Return the function for what a cached row would cost now."""
        from scrimp.flows.spend.cost_now import CostNow, price_overrides  # for a command with a bill

        return CostNow(lambda: self.prices, price_overrides(self.loaded.config), options.baseline, self.clock())

    def can_call(self, model: ModelRef) -> bool:
        """Return whether a model can be called: its provider has a key, or needs none and is installed."""
        from scrimp.config.resolved.routes import EMBEDDED_MODEL  # for listings
        from scrimp.transport.local.model_file import status

        if model.id == EMBEDDED_MODEL.id:
            return status(self.paths.data).ready
        return model.provider in self.routes.available or self.place_of(model) is not None

    def place_of(self, model: ModelRef, usage: Usage | None = None) -> ModelRef | None:
        """Return the cheapest place for a live call of a model now, by its usage or a typical one; None if nowhere."""
        if model.buy == "named":
            return model if model.provider in self.routes.available else None
        from scrimp.flows.plan.routes.cheapest_model import TYPICAL_CALL  # for listings

        offers = self.offers.compare(self.offers.places(model), usage or TYPICAL_CALL)
        return offers[0].model if offers else None

    @property
    def level_origin(self) -> str | None:
        """Where the user chose a level of compression for all rows, such as a file; None if it is the default."""
        from scrimp.config.sources.load import DEFAULT  # loaded with the config

        origin = self.loaded.origin(("defaults", "compress"))
        return None if origin == DEFAULT else origin

    @cached_property
    def rules(self) -> Sequence[RoutingRule]:
        """The user's rules for routing."""
        if not self.loaded.config.rules:
            return ()
        from scrimp.routing.rules import check_rules  # only where there are rules

        rules = self.routes.rules()
        check_rules(rules)
        return rules

    def cache_lookup(self, options: RunOptions) -> CacheLookup:
        """Return this run's view of the cache; with `off` a private one, so that equal rows are still called once."""
        if options.cache == "off":
            self.stores.use_private_cache()
        return CacheLookup(self.stores.cache, options, run=self.run, clock=self.clock)
