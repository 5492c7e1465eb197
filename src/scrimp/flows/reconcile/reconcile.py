"""Asking providers what was used, and closing lost calls by what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from random import random
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.schema import ProviderTable
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.flows.reconcile.compare import Comparison, PriceOf, Verdict, compared, verdict
from scrimp.providers.batches.flow import BatchRefusedError
from scrimp.providers.usage_reports import ADMIN_KEYS, REPORTS
from scrimp.providers.usage_reports.openrouter_generations import generation
from scrimp.providers.usage_reports.report import HOUR, DayCost
from scrimp.store.ledger_queries.lost_calls import ClosedCall, HourSum, LostCall, close_calls, hour_sums, lost_calls
from scrimp.transport.batch_wire import BatchWire
from scrimp.transport.limits.descriptors import check_open_files
from scrimp.units import PICODOLLAR
from scrimp.values import Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrimp.flows.services import Services
    from scrimp.providers.endpoint import Endpoint

_PATIENCE = 60.0  # seconds
_SETTLED = 600.0  # seconds after which a provider has counted a call, as a rule
_DAY_HOURS = 24


class DayGap(Struct, frozen=True):
    """Dollars of one day, here and there, for a provider that reports none of hours."""

    day: int  # since the epoch
    here: Decimal
    there: Decimal


class Reconciled(Struct, frozen=True, kw_only=True):
    """What came of one provider."""

    provider: str
    comparisons: tuple[Comparison, ...] = ()
    batches: tuple[Comparison, ...] = ()
    days: tuple[DayGap, ...] = ()
    closed: tuple[ClosedCall, ...] = ()
    open: tuple[LostCall, ...] = ()  # lost calls that stay so
    reasons: tuple[str, ...] = ()  # why they differ
    problem: str | None = None  # why it was not asked, or did not answer
    untold: bool = False  # its usage report could not be read this time


def reconcile(
    services: Services, *, since: float, providers: Sequence[str], key_ids: tuple[str, ...], write: bool
) -> list[Reconciled]:
    """Compare whole hours since a moment with what providers say, and close lost calls where `write` says so."""
    start, now = int(since) - int(since) % HOUR, services.clock()
    until = int(now - _SETTLED) - int(now - _SETTLED) % HOUR
    check_open_files()
    asked = run_in_loop(_Reconciliation(services, start, until, key_ids).of(providers))
    if write and (closed := [each for found in asked for each in found.closed]):
        close_calls(services.paths.ledger_db, closed)
    return asked


class _Reconciliation:
    def __init__(self, services: Services, since: int, until: int, key_ids: tuple[str, ...]) -> None:
        self._services, self._since, self._until, self._key_ids = services, since, until, key_ids

    async def of(self, providers: Sequence[str]) -> list[Reconciled]:
        lost = lost_calls(self._services.paths.ledger_db, since=self._since)
        return [await self._of(name, [call for call in lost if call.provider == name]) for name in providers]

    async def _of(self, provider: str, lost: Sequence[LostCall]) -> Reconciled:
        endpoint = self._services.routes.endpoints.get(provider)
        if endpoint is None:
            return Reconciled(provider=provider, open=tuple(lost), problem="the config does not name it any more")
        try:
            if endpoint.flavour == "openrouter":
                return await self._by_calls(endpoint, lost)
            if endpoint.flavour in REPORTS and endpoint.price_provider is None:
                return await self._by_report(endpoint, lost)
        except BatchRefusedError as refused:
            return Reconciled(provider=provider, open=tuple(lost), problem=refused.failure.message, untold=True)
        return Reconciled(provider=provider, open=tuple(lost), problem="it tells nothing of what was used")

    async def _by_calls(self, endpoint: Endpoint, lost: Sequence[LostCall]) -> Reconciled:
        """Ask for each lost call whose reply had begun."""
        closed: list[ClosedCall] = []
        if any(call.reply_id for call in lost):
            async with _wire(self._services, self._services.keys) as wire:
                for call in lost:
                    if call.reply_id is None:
                        continue
                    found = await wire.run(generation(endpoint, call.reply_id), endpoint, repeatable=True)
                    if found is not None:
                        cost = found.cost.quantize(PICODOLLAR)
                        closed.append(ClosedCall(call=call.call, cost=cost, usage=found.usage))
        known = {each.call for each in closed}
        left = tuple(call for call in lost if call.call not in known)
        reasons = ("OpenRouter knows a call by a name that its reply begins with, and none came",) if left else ()
        return Reconciled(provider=endpoint.name, closed=tuple(closed), open=left, reasons=reasons)

    async def _by_report(self, endpoint: Endpoint, lost: Sequence[LostCall]) -> Reconciled:
        keys, endpoint = self._administration(endpoint)
        if not keys.has(endpoint):
            problem = (
                f"what was used is told to a key of the organization's administration: set {endpoint.key_env}, or "
                f"admin_key_cmd or admin_key_file under [providers.{endpoint.name}]"
            )
            return Reconciled(provider=endpoint.name, open=tuple(lost), problem=problem, untold=True)
        if (key := keys.find(endpoint)) is not None:
            self._services.keys.hide(f"the administration of {endpoint.name}", key.reveal())
        async with _wire(self._services, keys) as wire:
            flow = REPORTS[endpoint.flavour](endpoint, self._since, self._until, self._key_ids)
            report = await wire.run(flow, endpoint, repeatable=True)
        until = self._until if report.until is None else min(self._until, int(report.until) // HOUR * HOUR)
        hours = [used for used in report.hours if used.hour * HOUR < until]
        live = [call for call in lost if call.batch is None and call.time < until]
        comparisons = compared(self._here(endpoint, until, batch=False), hours, live, batch=False)
        batches = compared(self._here(endpoint, until, batch=True), hours, (), batch=True)
        verdicts = [(each, verdict(each, self._price_of(endpoint.name))) for each in comparisons if each.lost]
        closed = tuple(call for _, found in verdicts for call in found.closed)
        known = {each.call for each in closed}
        return Reconciled(
            provider=endpoint.name, comparisons=tuple(comparisons), batches=tuple(batches),
            days=self._days(report.days, endpoint, until), closed=closed,
            open=tuple(call for call in lost if call.call not in known), reasons=_reasons(verdicts, lost, until),
        )  # fmt: skip

    def _here(self, endpoint: Endpoint, until: int, *, batch: bool) -> list[HourSum]:
        return hour_sums(self._services.paths.ledger_db, endpoint.name, since=self._since, until=until, batch=batch)

    def _administration(self, endpoint: Endpoint) -> tuple[KeyRing, Endpoint]:
        """Return the keys of administration, and the endpoint as they are used there."""
        table = self._services.loaded.config.providers.get(endpoint.name, ProviderTable())
        own = ProviderTable(key_cmd=table.admin_key_cmd, key_file=table.admin_key_file)
        keys = KeyRing(self._services.env, {endpoint.name: own}, self._services.warn)
        key_env = table.admin_key_env or ADMIN_KEYS[endpoint.flavour]
        return keys, replace(endpoint, key_env=key_env, bearer_env=None, env_headers={})

    def _price_of(self, provider: str) -> PriceOf:
        def price_of(model: str, usage: Usage, when: float) -> Decimal | None:
            return self._services.prices.cost_of(provider=provider, model=model, usage=usage, when=when).dollars

        return price_of

    def _days(self, days: Sequence[DayCost], endpoint: Endpoint, until: int) -> tuple[DayGap, ...]:
        """Return the dollars of whole days; that of today is not over."""
        first = -(-self._since // (_DAY_HOURS * HOUR))
        whole = {each.day: each.dollars for each in days if first <= each.day < until // (_DAY_HOURS * HOUR)}
        here: dict[int, Decimal] = {}
        for batch in (False, True):
            for each in self._here(endpoint, until, batch=batch):
                day = each.hour // _DAY_HOURS
                here[day] = here.get(day, Decimal(0)) + each.cost
        return tuple(DayGap(day, here.get(day, Decimal(0)), dollars) for day, dollars in sorted(whole.items()))


def _reasons(verdicts: Sequence[tuple[Comparison, Verdict]], lost: Sequence[LostCall], until: int) -> tuple[str, ...]:
    reasons: Mapping[str, None] = dict.fromkeys(found.reason for _, found in verdicts if found.reason)
    later = ["their hour is not over, or not counted yet"] if any(call.time >= until for call in lost) else []
    batched = ["`scrimp batch reconcile` looks at those of batches"] if any(call.batch for call in lost) else []
    return (*reasons, *later, *batched)


@asynccontextmanager
async def _wire(services: Services, keys: KeyRing) -> AsyncIterator[BatchWire]:
    from scrimp.transport.http.client import HttpClient, build_engine  # only with something to ask
    from scrimp.transport.http.proxies import read_proxies

    http = HttpClient(build_engine(services.env, timeout=_PATIENCE, warn=services.warn), read_proxies(services.env))
    try:
        yield BatchWire(http, keys, random_fraction=random)
    finally:
        await http.close()
