"""What a run shares with others through the server of [shared] limits: its budget, rate limits and breakers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.config.resolved.shared_servers import server_address
from scrimp.errors import ConfigError
from scrimp.flows.engine.shared.breakers import SharedBreakers
from scrimp.flows.engine.shared.rate import SharedRateLimiter
from scrimp.flows.spend.budgets.budget_link import BudgetShareLink
from scrimp.flows.spend.budgets.shared_budget import SharedBudget
from scrimp.flows.stores.shared_servers import server_name
from scrimp.shared.breaker_states import BreakerServer
from scrimp.shared.budget import BudgetServer
from scrimp.shared.connection import SharedServer, has_redis
from scrimp.shared.rate_limits import RateServer
from scrimp.store.files.budget_shares import Sharer
from scrimp.store.files.this_boot import this_boot
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.units import parse_duration

if TYPE_CHECKING:
    from scrimp.config.resolved.api_keys import KeyRing
    from scrimp.config.shared_tables import SharedTable
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.providers.endpoint import Endpoint
    from scrimp.transport.limits.health import ProviderHealth

# Seconds for which a server that did not answer is not asked: calls wait for it, and it may be back at once.
_WINDOW = 0.2


def open_limits_server(
    table: SharedTable, keys: KeyRing, installed: Callable[[], bool] = has_redis
) -> SharedServer | None:
    """Return the server that the config names, None if it names none; ConfigError if it cannot be used."""
    address = server_address("limits", table.limits, table.limits_env, keys.variable)
    if address is None:
        return None
    name = server_name("limits", address, keys, installed)
    # Who asks says what follows where it does not answer.
    return SharedServer(address, name=name, warn=lambda _: None, meanwhile="", timeout=table.timeout, window=_WINDOW)


def limits_server(services: Services, what: str) -> SharedServer:
    """Return the server that the config names, for what is shared through it alone."""
    server = open_limits_server(services.loaded.config.shared, services.keys)
    if server is None:
        raise ConfigError(
            f"{what} is shared through a server, and none is set: set [shared] limits to redis://HOST:PORT/0"
        )
    return server


def budget_link(
    services: Services, server: SharedServer, name: str, cap: Decimal = Decimal(0), *, has_ledger: bool = True
) -> BudgetShareLink:
    """Return this run's way to a budget, which spends until all have spent `cap`."""
    return BudgetShareLink(
        BudgetServer(server, name),
        Sharer(services.process, services.run, f"{server.name} {name}", this_boot()),
        cap, services.paths, services.prices, has_ledger=has_ledger, warn=services.warn,
        share=services.stores.share_recovered,
    )  # fmt: skip


class SharedLimits:
    """One run's way to the server; nothing is asked before it is needed."""

    def __init__(self, options: RunOptions, services: Services) -> None:
        self._options, self._services = options, services
        named = options.limits.budget
        self._server = (
            open_limits_server(services.loaded.config.shared, services.keys)
            if named is None
            else limits_server(services, f"the budget {named}")
        )
        self.budget = self._open_budget()
        self._breakers: SharedBreakers | None = None
        self._places: dict[str, str] = {}

    def _open_budget(self) -> SharedBudget | None:
        limits, services = self._options.limits, self._services
        if limits.budget is None or limits.max_cost is None or self._server is None:
            return None
        has_ledger = not (services.stores.read_only or self._options.allow_unkept)
        link = budget_link(services, self._server, limits.budget, limits.max_cost, has_ledger=has_ledger)
        return SharedBudget(
            limits.max_cost, limits.budget, link, alone_when_down=limits.allow_unshared, warn=services.warn,
            patience=parse_duration(services.loaded.config.shared.patience, "patience"),
        )  # fmt: skip

    def rate_limiter(self, endpoint: Endpoint, rpm: int | None, tpm: int | None) -> RateLimiter:
        """Return the rate limiter of a provider, shared with all runs that have its key if there is a server."""
        if self._server is None or endpoint.transport != "http":
            return RateLimiter(rpm=rpm, tpm=tpm)
        server = RateServer(self._server, self._place(endpoint.name), self._services.process)
        return SharedRateLimiter(server, self._services.warn, rpm=rpm, tpm=tpm)

    def _place(self, provider: str) -> str:
        """Return a name for a provider and its key that reveals neither."""
        if provider not in self._places:
            endpoint = self._services.routes.endpoints[provider]
            secrets = sorted(self._services.keys.headers_for(endpoint).items())
            self._places[provider] = hashlib.sha256(repr((endpoint.base_url, secrets)).encode()).hexdigest()[:32]
        return self._places[provider]

    def share_breakers(self, health: ProviderHealth) -> None:
        """Share failing models with others in both directions; in the running event loop."""
        if self._server is not None:
            services = self._services
            self._breakers = SharedBreakers(
                BreakerServer(self._server, services.process), health, services.process, self._name_of, services.warn
            )

    def _name_of(self, provider: str, model: str) -> str | None:
        over_http = self._services.routes.endpoints[provider].transport == "http"
        return f"{self._place(provider)}:{model}" if over_http else None

    async def close(self) -> None:
        """Give back what this run holds."""
        async with AsyncExitStack() as ends:  # closed in reverse order, whatever fails, like those of the run
            if self._server is not None:
                ends.callback(self._server.close)
            if self.budget is not None:
                ends.push_async_callback(self.budget.close)
            if self._breakers is not None:
                ends.push_async_callback(self._breakers.close)
