"""One step of a chain: its first healthy model is called, the next one when that is down, and the cap is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.errors import UnknownPriceError
from scrimp.flows.booking import RowBook
from scrimp.values import Call, Completion, Endpoint, Failure, ModelRef, Parameters, Step, Usage

if TYPE_CHECKING:
    from scrimp.flows.asked import Asked
    from scrimp.flows.budget import Budget
    from scrimp.flows.health import Health
    from scrimp.flows.work import Work
    from scrimp.prices.book import PriceBook
    from scrimp.transport.door import Door

# With these another model of the tier may do better; with the others (too long, refused, invalid) it would not.
_FAILOVER = frozenset(("auth", "quota", "rate_limit", "timeout", "server", "network", "not_found"))
# Under a cap every call needs a bound: without --max-output this many tokens are the most a completion may take.
_BOUNDED_OUTPUT = 4096
# Roles, separators and the provider's own preamble, generously, for one message.
_MESSAGE_TOKENS = 64


class Stepper:
    """Calls steps for all rows of a run."""

    def __init__(
        self, *, asked: Asked, door: Door, endpoints: Mapping[str, Endpoint], available: Collection[str],
        health: Health, budget: Budget, prices: PriceBook, show: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self._asked, self._door, self._endpoints, self._available = asked, door, endpoints, available
        self._health, self._budget, self._prices = health, budget, prices
        self._show, self._shown = show, False

    async def call(self, step: Step, work: Work, book: RowBook) -> tuple[Completion | Failure, str]:
        """Return what a step gave, and which provider gave it."""
        result: Completion | Failure = self._nobody(step)
        provider = ""
        for model in step.candidates:
            if model.provider not in self._available or self._health.failure(model.provider):
                continue
            async with self._health.turn(model.provider):
                if down := self._health.failure(model.provider):
                    result, provider = down, model.provider
                    continue
                result, provider = await self._within_budget(model, work, book), model.provider
                self._health.saw(model.provider, result)
            if isinstance(result, Completion) or result.kind not in _FAILOVER or self._shown:
                break  # what a person has read half of is not begun again by another model
        return result, provider

    def alive(self, step: Step) -> bool:
        """Say whether any model of a step may still be called."""
        return any(
            model.provider in self._available and not self._health.failure(model.provider) for model in step.candidates
        )

    def _nobody(self, step: Step) -> Failure:
        for model in step.candidates:
            if down := self._health.failure(model.provider):
                return down
        wanted = " or ".join(_key_hint(self._endpoints[model.provider]) for model in step.candidates)
        return Failure(
            kind="auth", message=f"no provider of '{step.name}' has a key: set {wanted}", sent=False, final=True
        )

    async def _within_budget(self, model: ModelRef, work: Work, book: RowBook) -> Completion | Failure:
        call, endpoint = self._call(model, work), self._endpoints[model.provider]
        if self._asked.limits.max_cost is None:
            return await self._send(call, endpoint, book)
        most = self._most(call, endpoint, book)
        if not await self._budget.reserve(most):
            cap = self._asked.limits.max_cost
            return Failure(
                kind="budget", message=f"the next call could pass --max-cost {cap}: raise it to go on", sent=False
            )
        before = len(book.entries)
        try:
            return await self._send(call, endpoint, book)
        finally:
            costs = [entry.cost for entry in book.entries[before:]]
            # A lost call has no known cost: all that was reserved for it is taken as spent.
            await self._budget.settle(most, None if None in costs else sum((c for c in costs if c), Decimal(0)))

    async def _send(self, call: Call, endpoint: Endpoint, book: RowBook) -> Completion | Failure:
        if self._show is None:
            return await self._door.complete(call, endpoint, book)
        return await self._door.stream(replace(call, stream=True), endpoint, book, self._showing)

    def _showing(self, piece: str) -> None:
        self._shown = True
        if self._show is not None:
            self._show(piece)

    def _call(self, model: ModelRef, work: Work) -> Call:
        asked = self._asked.parameters
        cap = asked.max_output or model.max_output
        if cap is None and self._asked.limits.max_cost is not None:
            cap = _BOUNDED_OUTPUT
        parameters = replace(asked, max_output=cap, effort=asked.effort or model.effort)
        return Call(
            provider=model.provider, model=model.model, text=work.text, system=work.prompt.system,
            history=work.history, parameters=self._with_logprobs(parameters, model),
        )  # fmt: skip

    def _with_logprobs(self, parameters: Parameters, model: ModelRef) -> Parameters:
        """Ask for probabilities where a label is wanted and the model gives them: they cost nothing."""
        from scrimp.providers.families import supports_logprobs  # noqa: PLC0415 - only a miss needs it

        wanted = bool(parameters.choices) and supports_logprobs(
            self._endpoints[model.provider], model.model, parameters.effort
        )
        return replace(parameters, logprobs=wanted)

    def _most(self, call: Call, endpoint: Endpoint, book: RowBook) -> Decimal:
        """Return the most a call can cost: no token is shorter than a byte."""
        texts = [call.text, call.system or "", *(message.content for message in call.history)]
        bound = sum(len(text.encode()) + _MESSAGE_TOKENS for text in texts)
        usage = Usage(input=bound, cache_write=bound, output=call.parameters.max_output or _BOUNDED_OUTPUT)
        plain = Usage(input=bound, output=usage.output)
        costs = [
            self._prices.cost_of(
                provider=endpoint.name,
                model=call.model,
                usage=each,
                when=book.now,
            ).dollars
            for each in (usage, plain)
        ]
        known = [cost for cost in costs if cost is not None]
        if known:
            return max(known)
        if not self._asked.limits.allow_unpriced:
            raise UnknownPriceError(
                f"no price is known for {endpoint.name}/{call.model}, so --max-cost cannot be kept: give it one under "
                f'[models."{endpoint.name}/{call.model}"] price = {{ input = ..., output = ... }}, or add '
                "--allow-unpriced"
            )
        return Decimal(0)


def _key_hint(endpoint: Endpoint) -> str:
    return endpoint.key_env or endpoint.name
