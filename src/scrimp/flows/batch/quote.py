"""What the calls of one pass are expected to cost, in batches and live, before they are sent: no key and no network."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp import tokens
from scrimp.units import format_dollars
from scrimp.values import Usage

if TYPE_CHECKING:
    from scrimp.flows.plan.expected.output_tokens import OutputTokens
    from scrimp.prices.book import PriceBook
    from scrimp.values import Call

# Calls of a model whose tokens are estimated; of the others the mean is taken.
_SAMPLE = 2000
_MESSAGE_TOKENS = 8  # around a prompt


class _Calls(Struct):
    """Calls of one model, and the tokens of those that were looked at."""

    number: int = 0
    looked_at: int = 0
    input: int = 0


class Quote:
    """Counts the calls that go into batches."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], _Calls] = {}

    def add(self, call: Call) -> None:
        """Add a call."""
        calls = self._calls.setdefault((call.provider, call.model), _Calls())
        calls.number += 1
        if calls.looked_at < _SAMPLE:
            texts = (call.text, call.system or "", *(turn.words for turn in (*call.history, *call.after)))
            calls.looked_at += 1
            calls.input += sum(map(tokens.estimate, texts)) + _MESSAGE_TOKENS

    def words(self, prices: PriceBook, output: OutputTokens, when: float) -> str:
        """Return a sentence on both costs at `when`, in seconds since the epoch; empty without a call or a price."""
        live = self._dollars(prices, output.expected, when, batch=False)
        batch = self._dollars(prices, output.expected, when, batch=True)
        if live is None or batch is None or not live:
            return ""
        length = f"with {output.expected:,} tokens a completion"
        return f"about {format_dollars(batch)} in batches, {format_dollars(live)} live ({length})"

    def _dollars(self, prices: PriceBook, output: int, when: float, *, batch: bool) -> Decimal | None:
        total = Decimal(0)
        for (provider, model), calls in self._calls.items():
            usage = Usage(input=round(calls.input / calls.looked_at), output=output)
            cost = prices.cost_of(provider=provider, model=model, usage=usage, when=when, batch=batch).dollars
            if cost is None:
                return None
            total += cost * calls.number
        return total
