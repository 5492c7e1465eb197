"""The most that a call can cost."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from scrimp.units import PICODOLLAR
from scrimp.values import Call, Usage

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook

# Under a cap every call needs a bound: without --max-output a completion may take at most so many tokens.
BOUNDED_OUTPUT = 4096
# Roles, separators and the provider's own preamble, generously, for one message.
_MESSAGE_TOKENS = 64


def cost_bound(prices: PriceBook, call: Call, when: float, *, batch: bool = False) -> Decimal | None:
    """Return the most a request can cost in dollars: no token is shorter than a byte, and a schema is read like a text.

    What is attached has the tokens that its vendor's formula gives for its size. None where no price is known.
    """
    from scrimp.providers.schemas.sent_schema import longest_sent  # noqa: PLC0415 - only a call under a cap needs it

    turns = (*call.history, *call.after)
    texts = [
        call.text,
        call.system or "",
        *(turn.words for turn in turns),
        *(each.id for turn in turns for each in turn.calls),
    ]
    schema = call.parameters.schema
    bound = sum(len(text.encode()) + _MESSAGE_TOKENS for text in texts) + (longest_sent(schema) if schema else 0)
    bound += call.attached_tokens
    output = call.parameters.max_output or BOUNDED_OUTPUT
    # Written to the provider's cache a token may cost more than plain, and a hidden one more than a shown one.
    usages = (
        Usage(input=bound, cache_write=written, cache_write_long=long, output=output, reasoning=hidden)
        for written, long in ((0, 0), (bound, 0), (bound, bound))
        for hidden in (0, output)
    )
    costs = (
        prices.cost_of(provider=call.provider, model=call.model, usage=usage, when=when, batch=batch).dollars
        for usage in usages
    )
    known = [cost for cost in costs if cost is not None]
    return max(known).quantize(PICODOLLAR, ROUND_UP) if known else None
