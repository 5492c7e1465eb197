"""What the rooms of one command share: stores, prices, routes and keys, each opened on first use."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from scrimp.flows.plan.cache_lookup import CacheLookup
from scrimp.flows.plan.planner import Limited, PlannedRow, Planner
from scrimp.flows.stores.stores import Stores

if TYPE_CHECKING:
    from scrimp.config.paths import Paths
    from scrimp.config.resolved.api_keys import KeyRing
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.resolved.tuned_routes import TunedRoute
    from scrimp.config.sources.load import LoadedConfig
    from scrimp.flows.answer.calls_steps import CallsSteps
    from scrimp.flows.answer.provider_caching import ProviderCaching
    from scrimp.flows.answer.step_caller import StepCaller
    from scrimp.flows.buying.offers import Offers
    from scrimp.flows.buying.provider_credits import ProviderCredits
    from scrimp.flows.buying.sellers import Sellers
    from scrimp.flows.plan.certified_levels import CertifiedLevels
    from scrimp.flows.plan.certified_routes import CertifiedRoutes
    from scrimp.flows.plan.expected.row_costs import RowCosts
    from scrimp.flows.plan.expected.size_cliffs import SizeCliffs
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.plan.task_gains import TaskGains
    from scrimp.flows.sinks.open_sinks import Sinks
    from scrimp.flows.spend.cost_now import CostNow
    from scrimp.flows.stores.shared_cache import SharedCache
    from scrimp.prices.book import PriceBook
    from scrimp.prices.price_row import PriceRow
    from scrimp.prices.rates import Rates
    from scrimp.routing.decide import Agreement, RoutingRule
    from scrimp.values import Chain, Entry, ModelRef, Outcome, Usage


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
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`alert` takes the warnings that are printed even where others are not wanted."""
        self.loaded, self.paths, self.env, self.clock = loaded, paths, env, clock
        self.warn, self.note, self.alert = warn, note, alert or warn
        self._sinks: Sinks | None = None
        self._certified: CertifiedRoutes | None = None
        self._levels: CertifiedLevels | None = None
        self.shard: str | None = None  # of several jobs that share an input: which one this is, in the run's name
        self._part: str | None = None  # which one of the processes that work on this run, where there are several
        # Set by a command that waits for one completion: it is streamed, and shown as it comes where it can be.
        self.streams = False
        self.show: Callable[[str], None] | None = None
        self.paid_beside: Callable[[Entry], None] = lambda _: None  # set by who bills: takes what no row's call cost
        self.batched: Callable[[StepCaller], CallsSteps] | None = None  # what asks the replies of batches first
        # When the job of batches was made that this works on: by what was known then its rows go where they go.
        self.job_began: float | None = None
        self.sent: Callable[[Sequence[PlannedRow]], Sequence[PlannedRow]] | None = None  # rows as that job sent them

    def close(self) -> None:
        """Close what was opened."""
        if self._sinks is not None:
            self._sinks.close(self.warn)
        if "stores" in self.__dict__:
            self.stores.close()

    def join(self, run: str) -> None:
        """Be one of several processes that work on a run; to be said before anything asks for its name."""
        self.__dict__["run"] = run
        self._part = os.urandom(3).hex()

    @property
    def process(self) -> str:
        """The name of this process, which its journal has: the run's, unless others work on the same run."""
        return self.run if self._part is None else f"{self.run}-{self._part}"

    @cached_property
    def run(self) -> str:
        """The name of this run in the ledger: when it began, six characters (many begin in one second), its shard."""
        began = time.strftime("%Y%m%d-%H%M%S-", time.gmtime(self.clock()))
        return began + os.urandom(3).hex() + ("" if self.shard is None else f"-{self.shard}")

    @cached_property
    def stores(self) -> Stores:
        """The user's stores."""
        return Stores(self.paths, self.process, self.warn, self._shared_cache())

    def _shared_cache(self) -> SharedCache | None:
        """Return the cache that the config shares with other machines, if any."""
        table = self.loaded.config.shared
        if table.cache is None and table.cache_env is None:
            return None
        from scrimp.flows.stores.shared_cache import SharedCache  # noqa: PLC0415 - few configs name one

        return SharedCache(table, lambda: self.keys, self.warn)

    def tell_sinks(self, take: Callable[[Sequence[Outcome]], None]) -> Callable[[Sequence[Outcome]], None]:
        """Return a sink of outcomes that also tells those of the config of the calls that were made."""
        if not self.loaded.config.sinks:
            return take
        if self._sinks is None:
            from scrimp.flows.sinks.open_sinks import open_sinks  # noqa: PLC0415 - few configs name one

            hosts = {name: endpoint.host for name, endpoint in self.routes.endpoints.items()}
            self._sinks = open_sinks(
                self.loaded.config.sinks, self.env, hosts, hide=self.keys.hide, warn=self.warn
            )  # fmt: skip
        return self._sinks.tee(take)

    @cached_property
    def routes(self) -> Routes:
        """Tiers, chains and models as configured."""
        from scrimp.config.resolved.routes import Routes  # noqa: PLC0415 - opened when first needed

        return Routes(self.loaded.config, self.keys)

    @cached_property
    def keys(self) -> KeyRing:
        """The providers' keys."""
        from scrimp.config.resolved.api_keys import KeyRing  # noqa: PLC0415 - opened when first needed

        return KeyRing(self.env, self.loaded.config.providers, self.warn)

    @cached_property
    def prices(self) -> PriceBook:
        """The user's prices over our corrections over the table."""
        from scrimp.config.resolved.routes import discounts_of, price_rows  # noqa: PLC0415 - opened when first needed
        from scrimp.prices.book import PriceBook  # noqa: PLC0415 - as above
        from scrimp.prices.own_prices import read_own_prices  # noqa: PLC0415 - as above
        from scrimp.prices.price_lists import LIST_NAMES  # noqa: PLC0415 - as above
        from scrimp.prices.regions import list_at, region_at  # noqa: PLC0415 - as above

        lists, regions = {}, {}
        for name, endpoint in self.routes.endpoints.items():
            owner = endpoint.price_provider or LIST_NAMES.get(name, name)
            lists[name] = list_at(owner, endpoint.host)
            if region := region_at(owner, endpoint.host):
                regions[name] = region
        config, kept = self.loaded.config, read_own_prices(self.paths.own_prices)
        own: dict[str, Rates | PriceRow] = {
            **self._recorded_prices(), **{name: price.row for name, price in kept.items() if price.priced},
            **price_rows(config),
        }  # fmt: skip
        return PriceBook(
            own, table=self.paths.prices, lists=lists, regions=regions, discounts=discounts_of(config, kept),
            vendors_name=self.routes.vendors_name,
        )  # fmt: skip

    @cached_property
    def provider_credits(self) -> ProviderCredits:
        """The credits with providers, and what the ledger says is left of them."""
        from scrimp.flows.buying.provider_credits import (  # noqa: PLC0415 - for calls
            Credit,
            ProviderCredits,
            spent_before,
        )
        from scrimp.flows.spend.lost_bounds import bounded  # noqa: PLC0415 - as above

        granted = {
            name: Credit(dollars=table.credit, since=table.credit_since.isoformat() if table.credit_since else None)
            for name, table in self.loaded.config.providers.items()
            if table.credit is not None
        }
        return ProviderCredits(
            granted,
            spent_before(
                granted, self.paths.ledger_db, self.paths.cost_sums_db, self.warn, self.note,
                bounded=lambda calls: bounded(calls, self.prices),
            ),
            self.warn,
        )  # fmt: skip

    @cached_property
    def sellers(self) -> Sellers:
        """Which providers sell a model."""
        from scrimp.flows.buying.sellers import Sellers  # noqa: PLC0415 - for calls
        from scrimp.prices.own_prices import read_own_prices  # noqa: PLC0415 - with the price book

        own = read_own_prices(self.paths.own_prices)
        return Sellers(self.loaded.config, self.routes.endpoints, self.prices, own)

    @cached_property
    def offers(self) -> Offers:
        """The same model at several providers, the cheapest first."""
        from scrimp.flows.buying.offers import Offers  # noqa: PLC0415 - for calls

        return Offers(
            lambda: self.sellers, self.prices, self.provider_credits, available=self.routes.available, clock=self.clock,
            note=self.note,
        )  # fmt: skip

    def cost_now(self, options: RunOptions) -> CostNow:
        """Return what says what a row of the cache would cost now."""
        from scrimp.config.resolved.routes import price_overrides  # noqa: PLC0415 - opened when first needed
        from scrimp.flows.spend.cost_now import CostNow  # noqa: PLC0415 - for a command with a bill

        return CostNow(lambda: self.prices, price_overrides(self.loaded.config), options.baseline, self.clock())

    def _recorded_prices(self) -> dict[str, Rates]:
        """Return the prices that recordings come with, by provider/model."""
        replayed = {name: endpoint.recording for name, endpoint in self.routes.endpoints.items() if endpoint.recording}
        if not replayed:
            return {}
        from scrimp.config.paths import expanded  # noqa: PLC0415 - as below
        from scrimp.prices.rates import Rates  # noqa: PLC0415 - where completions are recorded ones
        from scrimp.read.recordings import recording_prices  # noqa: PLC0415 - as above

        return {
            f"{name}/{model}": Rates(input=rate_in, output=rate_out)
            for name, file in replayed.items()
            for model, (rate_in, rate_out) in recording_prices(expanded(file, "base_url"), None).items()
        }

    def can_call(self, model: ModelRef) -> bool:
        """Return whether a model can be called: its provider has a key, or needs none and is installed."""
        from scrimp.config.resolved.routes import EMBEDDED_MODEL  # noqa: PLC0415 - for listings
        from scrimp.transport.local.model_file import status  # noqa: PLC0415 - as above

        if model.id == EMBEDDED_MODEL.id:
            return status(self.paths.data).ready
        return model.provider in self.routes.available or self.place_of(model) is not None

    def place_of(self, model: ModelRef, usage: Usage | None = None) -> ModelRef | None:
        """Return where a live call of a model is bought now, by its usage or one of middling size; None: nowhere."""
        if model.buy == "named":
            return model if model.provider in self.routes.available else None
        from scrimp.flows.plan.cheapest_model import TYPICAL_CALL  # noqa: PLC0415 - for listings

        offers = self.offers.compare(self.offers.places(model), usage or TYPICAL_CALL)
        return offers[0].model if offers else None

    def planner(self, options: RunOptions) -> Planner:
        """Return what plans the rows of this run."""
        return Planner(
            options, self.routes, self.rules, self._locations(), certified=self._certified_routes(options),
            levels=self._certified_levels(options), cheapest=cache(self._cheapest),
            agreement=self._agreement(options), gains=self._task_gains(options), limited=self._limited(options),
            cliffs=cache(partial(self._size_cliffs, options)), sent=self.sent,
        )  # fmt: skip

    def _size_cliffs(self, options: RunOptions) -> SizeCliffs:
        """Return what finds the cheapest way for prompts that are so long that a model may charge more for them."""
        from scrimp.flows.plan.expected.size_cliffs import SizeCliffs  # noqa: PLC0415 - few prompts are so long

        task = options.labels.task_name
        return SizeCliffs(
            self.row_costs(options), lambda row: row.signature(options.parameters, task), options.on_cliff
        )  # fmt: skip

    def _limited(self, options: RunOptions) -> Limited | None:
        """Return what keeps rows within what each may cost; None where nothing limits them."""
        if options.limits.max_cost_per_row is None and all(rule.max_cost_per_row is None for rule in self.rules):
            return None
        from scrimp.flows.plan.expected.output_tokens import ENOUGH_CALLS  # noqa: PLC0415 - few runs limit rows
        from scrimp.flows.plan.expected.row_limits import RowLimits  # noqa: PLC0415 - as above

        return RowLimits(
            self.row_costs(options, enough=ENOUGH_CALLS), options.limits.max_cost_per_row, options.limits.on_dear,
            tiers=self.routes.tiers,
            allow_unpriced=options.limits.allow_unpriced, caching=self._caching_of_limits(options),
            task=lambda row: row.signature(options.parameters, options.labels.task_name),
        )  # fmt: skip

    def _caching_of_limits(self, options: RunOptions) -> ProviderCaching | None:
        """Return what expects of rows, as they are given, that a live provider keeps what they share."""
        if self.job_began is not None:
            return None
        from scrimp.flows.answer.beginnings import words_as_given  # noqa: PLC0415 - few runs limit rows
        from scrimp.flows.answer.provider_caching import ProviderCaching  # noqa: PLC0415 - as above

        return ProviderCaching(
            self.routes.endpoints, self.prices, self.clock, asks=options.provider_cache != "off", words=words_as_given
        )

    def row_costs(self, options: RunOptions, *, enough: int = 1) -> RowCosts:
        """Return what says what rows of a run are expected to cost, as of its start.

        Completions are expected to be as long as those of `enough` calls of their task were before.
        """
        from scrimp.flows.plan.expected.climbs import ChainClimbs  # noqa: PLC0415 - not for a hit
        from scrimp.flows.plan.expected.output_tokens import OutputHistory, output_tokens  # noqa: PLC0415 - not for a hit
        from scrimp.flows.plan.expected.row_costs import RowCosts, schema_tokens  # noqa: PLC0415 - as above

        began = self.clock() if self.job_began is None else self.job_began
        history = OutputHistory(
            self.paths.ledger_db, self.routes.endpoints, options.parameters.effort, until=began,
            enough=enough,
        )  # fmt: skip
        return RowCosts(
            self.prices, self.routes.endpoints, self.offers.places, prior=output_tokens(options), history=history,
            climbs=ChainClimbs(self.paths.ledger_db, until=began),
            when=began, schema_tokens=schema_tokens(options.parameters), batch=self.job_began is not None,
        )  # fmt: skip

    def _task_gains(self, options: RunOptions) -> TaskGains | None:
        """Return what pairs of the user's own say of tasks, where there are any."""
        if not self.paths.task_gains.exists():
            return None
        from scrimp.flows.plan.task_gains import TaskGains, load_task_gains  # noqa: PLC0415 - only with pairs

        gains = load_task_gains(self.paths.task_gains, self.warn)
        return TaskGains(gains, name=options.labels.task_name, parameters=options.parameters)

    def _agreement(self, options: RunOptions) -> Callable[[str], Agreement | None] | None:
        """Return what gives two cheap models before a tier, unless the user does not want them."""
        if not options.agreement or options.check is not None:
            return None

        def before(tier: str) -> Agreement | None:
            from scrimp.flows.plan.cheap_agreement import agreement_before  # noqa: PLC0415 - only for short answers

            return agreement_before(tier, self.routes, self.loaded.config)

        return cache(before)

    def _certified_routes(self, options: RunOptions) -> CertifiedRoutes | None:
        """Return the certified routes, where there are any."""
        if not self.paths.tuned.exists():
            return None
        from scrimp.config.resolved.tuned_routes import load_tuned  # noqa: PLC0415 - only with certified routes
        from scrimp.flows.plan.certified_routes import CertifiedRoutes  # noqa: PLC0415 - as above

        tuned = load_tuned(self.paths.tuned)
        if not tuned:
            return None
        self._certified = CertifiedRoutes(
            tuned, self.routes, name=options.labels.task_name, warn=self.warn, parameters=options.parameters,
            path=self.paths.tuned, alert=self.alert,
        )  # fmt: skip
        return self._certified

    def _certified_levels(self, options: RunOptions) -> CertifiedLevels | None:
        """Return the certified levels of compression; None where there are none, or where the user chose a level."""
        if options.level_fixed or not self.paths.tuned.exists() or self.level_origin is not None:
            return None
        from scrimp.config.resolved.tuned_routes import load_levels  # noqa: PLC0415 - only with certified levels

        tuned = load_levels(self.paths.tuned)
        if not tuned:
            return None
        from scrimp.flows.plan.certified_levels import CertifiedLevels  # noqa: PLC0415 - as above

        self._levels = CertifiedLevels(
            tuned, self.routes, name=options.labels.task_name, warn=self.warn, parameters=options.parameters,
            path=self.paths.tuned, alert=self.alert,
        )  # fmt: skip
        return self._levels

    @property
    def level_origin(self) -> str | None:
        """Where the user chose a level of compression for all rows, such as a file; None where it is the default."""
        from scrimp.config.sources.load import DEFAULT  # noqa: PLC0415 - loaded with the config

        origin = self.loaded.origin(("defaults", "compress"))
        return None if origin == DEFAULT else origin

    @property
    def unrecognized_rows(self) -> str:
        """A sentence on rows that stayed with the flagship, since their task is not certified; empty without any."""
        return "" if self._certified is None else self._certified.unrecognized

    @property
    def certified_tasks(self) -> Collection[str]:
        """The tasks whose certified routes were taken so far."""
        return () if self._certified is None else self._certified.tasks

    @property
    def certificates(self) -> Mapping[str, TunedRoute]:
        """The certified routes in use, by their name in the ledger."""
        return {} if self._certified is None else self._certified.certificates

    def redirected(self, task: str, model: str, answered_by: str) -> None:
        """Note that a certified route's model was answered by another one: its certificate is void."""
        if self._certified is not None:
            self._certified.redirected(task, model, answered_by)
        if self._levels is not None:
            self._levels.redirected(task, model, answered_by)

    def _cheapest(self) -> Chain:
        """Return the chain of the cheapest model that can be called and whose price is known, for --priority low."""
        from scrimp.flows.plan.cheapest_model import cheapest  # noqa: PLC0415 - only for --priority low

        return self.routes.listed_chain(cheapest(self.routes, self.prices, self.clock()))

    @cached_property
    def rules(self) -> Sequence[RoutingRule]:
        """The user's rules for routing."""
        if not self.loaded.config.rules:
            return ()
        from scrimp.routing.decide import check_rules  # noqa: PLC0415 - only where there are rules

        rules = self.routes.rules()
        check_rules(rules)
        return rules

    def _locations(self) -> Mapping[str, str]:
        """Return where each provider is; a local model of the user's own is its file."""
        files = [
            table.path for name, table in self.loaded.config.models.items() if table.path and name.startswith("local/")
        ]
        return {name: endpoint.base_url for name, endpoint in self.routes.endpoints.items()} | {
            "local": f"local:{','.join(files)}"
        }

    def cache_lookup(self, options: RunOptions) -> CacheLookup:
        """Return this run's view of the cache; with `off` a private one, so that equal rows are still called once."""
        if options.cache == "off":
            self.stores.use_private_cache()
        return CacheLookup(self.stores.cache, options, run=self.run, clock=self.clock)
