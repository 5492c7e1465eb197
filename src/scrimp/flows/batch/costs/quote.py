"""What the calls of one pass are expected to cost before they are sent: live, and as planned."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from scrimp import tokens
from scrimp.enums import Effort
from scrimp.flows.plan.expected.output_tokens import ENOUGH_CALLS
from scrimp.units import format_dollars, pluralize
from scrimp.values import Usage

if TYPE_CHECKING:
    from scrimp.flows.batch.timing.cheap_hours import Wait
    from scrimp.flows.plan.expected.output_tokens import OutputTokens
    from scrimp.flows.spend.billed_before import BilledBefore
    from scrimp.prices.book import PriceBook
    from scrimp.providers.endpoint import Endpoint
    from scrimp.values import Call

# Calls of a model whose tokens are estimated; of the others the mean is taken.
_SAMPLE = 2000
_MESSAGE_TOKENS = 8  # around a prompt


class _Calls(Struct):
    """Calls of one model at one effort, by how they are sent, and the tokens of those that were looked at."""

    batch: int = 0
    live: int = 0
    later: dict[Wait, int] = field(default_factory=dict)
    looked_at: int = 0
    input: int = 0

    @property
    def number(self) -> int:
        return self.batch + self.live + sum(self.later.values())


class Quote:
    """Counts the calls of one pass that are new."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = endpoints
        self._calls: dict[tuple[str, str, Effort | None], _Calls] = {}
        self.calls = 0

    def add(self, call: Call, *, batch: bool, wait: Wait | None = None) -> None:
        """Add a call that goes into a batch, is made live, or is made live when it costs less."""
        self.calls += 1
        calls = self._calls.setdefault((call.provider, call.model, call.parameters.effort), _Calls())
        if wait is not None:
            calls.later[wait] = calls.later.get(wait, 0) + 1
        elif batch:
            calls.batch += 1
        else:
            calls.live += 1
        if calls.looked_at < _SAMPLE:
            calls.looked_at += 1
            calls.input += self._tokens(call)

    def _tokens(self, call: Call) -> int:
        texts = (call.text, call.system or "", *(turn.words for turn in (*call.history, *call.after)))
        attached = 0
        if call.attachments:
            from scrimp.providers.requests.attachment_tokens import attached_tokens  # few have any
            from scrimp.read.attachments import measured

            sizes = [measured(each) for each in call.attachments]
            attached = attached_tokens(sizes, self._endpoints[call.provider], call.model)
        return sum(map(tokens.estimate, texts)) + attached + _MESSAGE_TOKENS

    def words(self, prices: PriceBook, assumed: OutputTokens, before: BilledBefore, when: float) -> str:
        """Return what the calls cost live at `when`, in seconds since the epoch, and what as they are sent.

        A completion is as long as those of the same tasks were before, where the ledger has any, else as `assumed`.
        """
        costs, length = _Costs(), _Length(assumed.expected)
        for (provider, model, effort), calls in self._calls.items():
            billed = before.at(f"{provider}/{model}", effort)
            known = None if billed is None or billed.calls < ENOUGH_CALLS else (billed.output_of_one, billed.calls)
            output = length.of(calls.number, known)
            usage = Usage(input=round(calls.input / calls.looked_at), output=output)
            cost = partial(prices.cost_of, provider=provider, model=model, usage=usage)
            now = cost(when=when).dollars
            if now is None:
                return f"cost unknown: no price is known for {provider}/{model}"
            costs.whole += now * calls.number
            costs.live += now * calls.live
            if calls.batch:
                costs.batch = (costs.batch or Decimal(0)) + (cost(when=when, batch=True).dollars or now) * calls.batch
            for wait, number in calls.later.items():
                costs.later[wait] = costs.later.get(wait, Decimal(0)) + (cost(when=wait.until).dollars or now) * number
        return f"{costs.words()} ({length.words()})" if self.calls else ""


class _Costs(Struct):
    """Dollars of all calls were they made live now, and of each part as it is sent."""

    whole: Decimal = Decimal(0)
    live: Decimal = Decimal(0)
    batch: Decimal | None = None
    later: dict[Wait, Decimal] = field(default_factory=dict)

    def words(self) -> str:
        """Return the amounts: live $4.10, batch $2.05, off-peak $2.05 by 10:00 UTC."""
        parts = [] if self.batch is None else [f"batch {format_dollars(self.batch)}"]
        parts += [f"off-peak {format_dollars(cost)} by {wait.end_hour}" for wait, cost in self.later.items()]
        if len(parts) + bool(self.live) > 1:
            live = f" and live {format_dollars(self.live)}" if self.live else ""
            return f"live {format_dollars(self.whole)} in all; here {', '.join(parts)}{live}"
        return ", ".join([f"live {format_dollars(self.whole)}", *parts])


class _Length:
    """How long completions are taken to be, and why."""

    def __init__(self, assumed: int) -> None:
        self._assumed, self._tokens, self._calls, self._unknown, self._before = assumed, 0, 0, 0, 0

    def of(self, calls: int, before: tuple[int, int] | None) -> int:
        """Return the tokens of a completion; `before` are those of calls of the same tasks, and how many there were."""
        tokens_of_one = self._assumed if before is None else before[0]
        self._calls += calls
        self._tokens += calls * tokens_of_one
        self._before += 0 if before is None else before[1]
        self._unknown += calls if before is None else 0
        return tokens_of_one

    def words(self) -> str:
        """Return the mean, and what it rests on."""
        why = "assumed"
        if self._before:
            why = (
                f"as in {pluralize(self._before, 'call')} of the same tasks{', in part assumed' * bool(self._unknown)}"
            )
        return f"{pluralize(round(self._tokens / (self._calls or 1)), 'token')} a completion, {why}"
