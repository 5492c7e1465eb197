"""What the rooms of one command share, each opened when it is first asked for."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import ConfigError, StoreUnwritableError
from scrimp.flows.recall import Recall
from scrimp.flows.work import Planner
from scrimp.store.cache import Cache, NoCache

if TYPE_CHECKING:
    from scrimp.config.keys import KeyRing
    from scrimp.config.load import Loaded
    from scrimp.config.paths import Paths
    from scrimp.config.routes import Routes
    from scrimp.flows.answering import Answerer
    from scrimp.flows.asked import Asked
    from scrimp.flows.booking import Booking
    from scrimp.flows.durable import Durable
    from scrimp.prices.book import PriceBook
    from scrimp.routing.decide import Rule
    from scrimp.store.ledger import Ledger
    from scrimp.transport.circuits import Circuits
    from scrimp.transport.door import Door
    from scrimp.transport.embedded import EmbeddedModel
    from scrimp.transport.http import Http
    from scrimp.transport.lane import Lane
    from scrimp.values import Endpoint


class Calling(Struct, frozen=True):
    """What a run that makes calls needs beyond the cache."""

    answerer: Answerer
    booking: Booking
    durable: Durable
    door: Door


class Services:
    """One command's rooms."""

    def __init__(
        self,
        loaded: Loaded,
        paths: Paths,
        *,
        env: Mapping[str, str],
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.loaded, self.paths, self.env, self.warn, self.clock = loaded, paths, env, warn, clock
        self._private: str | None = None
        # Set by a command that shows a completion as it comes.
        self.show: Callable[[str], None] | None = None

    def close(self) -> None:
        """Close what was opened."""
        if "cache" in self.__dict__:
            self.cache.close()
        if self._private is not None:
            import shutil  # noqa: PLC0415 - only where there is a private cache

            shutil.rmtree(self._private, ignore_errors=True)

    @cached_property
    def run(self) -> str:
        """The name of this run in the ledger: when it began, and four characters that tell it from its neighbours."""
        return time.strftime("%Y%m%d-%H%M%S-", time.gmtime(self.clock())) + os.urandom(2).hex()

    @cached_property
    def cache(self) -> Cache:
        """The user's cache; where it cannot be written, none, and a warning: completions are printed all the same."""
        try:
            return Cache(self.paths.cache_db)
        except StoreUnwritableError as error:
            self.warn(f"completions are printed but not kept: {error}")
            return NoCache()

    def _private_cache(self) -> Cache:
        import tempfile  # noqa: PLC0415 - as above

        self._private = tempfile.mkdtemp(prefix="scrimp-")
        return Cache(Path(self._private) / "cache.db")

    @cached_property
    def routes(self) -> Routes:
        """Tiers, chains and models as configured."""
        from scrimp.config.routes import Routes  # noqa: PLC0415 - opened when asked for

        return Routes(self.loaded.config, self.keys)

    @cached_property
    def keys(self) -> KeyRing:
        """The providers' keys."""
        from scrimp.config.keys import KeyRing  # noqa: PLC0415 - opened when asked for

        return KeyRing(self.env, self.loaded.config.providers, self.warn)

    @cached_property
    def prices(self) -> PriceBook:
        """The user's prices over our corrections over the table."""
        from scrimp.config.routes import price_overrides  # noqa: PLC0415 - opened when asked for
        from scrimp.prices.book import PriceBook  # noqa: PLC0415 - as above

        lists = {name: each.price_provider for name, each in self.routes.endpoints.items() if each.price_provider}
        return PriceBook(price_overrides(self.loaded.config), table=self.paths.prices, lists=lists)

    def planner(self, asked: Asked) -> Planner:
        """Return what turns this run's prompts into work."""
        return Planner(asked, self.routes, self.rules, self._places())

    @cached_property
    def rules(self) -> Sequence[Rule]:
        """The user's rules for routing."""
        if not self.loaded.config.rules:
            return ()
        from scrimp.routing.decide import Rule, check_rules  # noqa: PLC0415 - only where there are rules

        rules = [
            Rule(**{name: getattr(each, name) for name in each.__struct_fields__}) for each in self.loaded.config.rules
        ]
        check_rules(rules)
        return rules

    def _places(self) -> Mapping[str, str]:
        """Return where each provider is; a local model of the user's own is its file."""
        files = [
            table.path for name, table in self.loaded.config.models.items() if table.path and name.startswith("local/")
        ]
        return {name: each.base_url for name, each in self.routes.endpoints.items()} | {
            "local": f"local:{','.join(files)}"
        }

    def recall(self, asked: Asked) -> Recall:
        """Return this run's view of the cache; with `off` a private one, so that equal rows are still called once."""
        if asked.cache == "off":
            self.__dict__["cache"] = self._private_cache()
        return Recall(self.cache, asked, run=self.run, clock=self.clock)

    @asynccontextmanager
    async def calling(self, asked: Asked) -> AsyncIterator[Calling]:
        """Open all that calls need, in the running event loop; at the end all is written and closed."""
        from scrimp.flows.answering import Answerer  # noqa: PLC0415 - a run that calls nobody imports none of this
        from scrimp.flows.booking import Booking  # noqa: PLC0415
        from scrimp.flows.budget import Budget  # noqa: PLC0415
        from scrimp.flows.comparing import Comparer  # noqa: PLC0415
        from scrimp.flows.durable import Durable  # noqa: PLC0415
        from scrimp.flows.stepping import Stepper  # noqa: PLC0415
        from scrimp.flows.warming import Warming  # noqa: PLC0415
        from scrimp.transport.circuits import Circuits  # noqa: PLC0415

        cache = self.cache
        durable = Durable(
            lambda: cache if isinstance(cache, NoCache) else Cache(cache.path), self._open_ledger, run=self.run,
            warn=self.warn,
        )  # fmt: skip
        circuits = Circuits(time.monotonic)
        door = self._door(asked, circuits)
        try:
            booking = Booking(
                run=self.run, labels=asked.labels, prices=self.prices, note=durable.note, clock=self.clock
            )
            stepper = Stepper(
                asked=asked, door=door, circuits=circuits, warming=Warming(time.monotonic),
                endpoints=self.routes.endpoints, available=self.routes.available,
                budget=Budget(asked.limits.max_cost), prices=self.prices, warn=self.warn,
                show=self.show,
            )  # fmt: skip
            comparer = Comparer(self.prices, asked.baseline)
            answerer = Answerer(asked=asked, stepper=stepper, booking=booking, comparer=comparer)
            yield Calling(answerer, booking, durable, door)
        finally:
            await door.close()
            durable.close()

    def _open_ledger(self) -> Ledger:
        from scrimp.flows.recovery import recovered  # noqa: PLC0415 - only calls are booked
        from scrimp.store.ledger import Ledger  # noqa: PLC0415 - as above

        ledger = Ledger(self.paths.ledger_db)
        recovered(ledger, self.paths.cache_db)
        return ledger

    def _open_local(self, model: str) -> EmbeddedModel:
        from scrimp.transport.embedded import EmbeddedModel, load  # noqa: PLC0415 - as in calling
        from scrimp.transport.model_file import NAME, model_path  # noqa: PLC0415

        table = self.loaded.config.models.get(f"local/{model}")
        if table is not None and table.path is not None:
            path = Path(table.path).expanduser()
        elif model == NAME:
            path = model_path(self.paths.data)
        else:
            raise ConfigError(
                f"there is no local model '{model}': use local/{NAME}, or set [models.\"local/{model}\"] path"
            )
        return EmbeddedModel(partial(load, path, model))

    def _door(self, asked: Asked, circuits: Circuits) -> Door:
        from random import random  # noqa: PLC0415 - as in calling

        from scrimp.transport.door import Door  # noqa: PLC0415
        from scrimp.transport.retrying import Patience  # noqa: PLC0415

        patience = Patience(retries=asked.retries, timeout=asked.timeout)
        return Door(
            open_http=partial(_open_http, self.env, patience.timeout), open_local=self._open_local,
            open_lane=partial(_open_lane, asked), circuits=circuits, secrets=self.keys.headers_for,
            redact=self.keys.redact, patience=patience, clock=time.monotonic, chance=random,
        )  # fmt: skip


def _open_http(env: Mapping[str, str], timeout: float) -> Http:
    from scrimp.transport.http import Http, engine  # noqa: PLC0415 - the embedded model needs no HTTP

    return Http(engine(env, timeout=timeout))


def _open_lane(asked: Asked, endpoint: Endpoint) -> Lane:
    from scrimp.transport.lane import Lane  # noqa: PLC0415 - as above
    from scrimp.transport.pace import Pace  # noqa: PLC0415
    from scrimp.transport.window import Window  # noqa: PLC0415

    pace = Pace(rpm=_lower(asked.rpm, endpoint.rpm), tpm=_lower(asked.tpm, endpoint.tpm))
    return Lane(Window(asked.concurrency), pace, time.monotonic)


def _lower(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
