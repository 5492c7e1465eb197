"""The most that a call can cost."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from scrimp.units import PICODOLLAR
from scrimp.values import Call, Usage

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook

# Under a cap every call needs a bound: without --max-output a completion may take at most this many tokens.
BOUNDED_OUTPUT = 4096
# Roles, separators and the provider's own preamble, generously, for one message.
_MESSAGE_TOKENS = 64


def cost_bound(prices: PriceBook, call: Call, when: float, *, batch: bool = False) -> Decimal | None:
    """Return the most a request can cost in dollars, with hidden thought outside its cap; None if no price is known."""
    output = most_output_tokens(call)
    return most_dollars(
        prices, call.provider, call.model, tokens=(most_input_tokens(call), output), when=when, batch=batch
    )  # fmt: skip


def most_output_tokens(call: Call) -> int:
    """Return the most tokens that a request can be answered with, hidden ones among them."""
    return (output_cap(call) or BOUNDED_OUTPUT) + call.thought_budget


def output_cap(call: Call) -> int | None:
    """Return the most tokens that a request says a completion may have; None if it says nothing of it."""
    return call.parameters.max_output or call.default_cap


def most_input_tokens(call: Call) -> int:
    """Return the most tokens a request can have: no token is shorter than a byte, and a schema is read like a text.

    What is attached has the tokens that its vendor's formula gives for its size.
    """
    turns = (*call.history, *call.after)
    texts = [
        call.text,
        call.system or "",
        *(turn.words for turn in turns),
        *(each.id for turn in turns for each in turn.calls),
    ]
    schema = call.parameters.schema
    bound = sum(_bytes(text) + _MESSAGE_TOKENS for text in texts) + call.attached_tokens
    if schema:
        from scrimp.providers.schemas.sent_schema import longest_sent  # few calls have one

        bound += longest_sent(schema)
    return bound


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def most_dollars(
    prices: PriceBook, provider: str, model: str, *, tokens: tuple[int, int], when: float, batch: bool = False
) -> Decimal | None:  # fmt: skip
    """Return the most that a call of at most this many tokens in and out can cost. None if no price is known."""
    bound, output = tokens
    # Written to the provider's cache a token may cost more than plain, and a hidden one more than a shown one.
    usages = (
        Usage(input=bound, cache_write=written, cache_write_long=long, output=output, reasoning=hidden)
        for written, long in ((0, 0), (bound, 0), (bound, bound))
        for hidden in (0, output)
    )
    costs = (
        prices.cost_of(provider=provider, model=model, usage=usage, when=when, batch=batch).dollars for usage in usages
    )
    known = [cost for cost in costs if cost is not None]
    return max(known).quantize(PICODOLLAR, ROUND_UP) if known else None
