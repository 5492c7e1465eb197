"""What a row is expected to cost along a chain, from what a call of each step costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scrimp.escalation.signals import SIGNALS
from scrimp.values import Chain

# Rows whose first completions are not enough, of a hundred: 8 on sums in words, 30 on reading code, as recorded.
GOES_ON = Decimal("0.3")
# What the steps before the last may cost together, as a share of the last, where a chain was not the user's wish: then
# it saves money if at least as many rows end before the last.
MOST_OF_LAST = 0.5


def certain_steps(chain: Chain, costs: Sequence[Decimal]) -> slice:
    """Return the steps that every prompt of a chain takes, given what a call of each costs."""
    last = len(costs) - 1
    if chain.only_if_cheaper and sum(costs[:last]) > Decimal(str(MOST_OF_LAST)) * costs[last]:
        return slice(last, last + 1)
    return slice(0, 2 if last > 1 and SIGNALS[chain.signal].compares else 1)


def chain_cost(chain: Chain, costs: Sequence[Decimal], shares: Sequence[Decimal] | None = None) -> Decimal:
    """Return the dollars that a row is expected to cost, from what a call of each step does.

    `shares` are those of the rows that came to each step before; None: a row takes the steps that all take, and three
    in ten the others.
    """
    if shares is not None:
        return sum((share * cost for share, cost in zip(shares, costs, strict=True)), Decimal(0))
    first = certain_steps(chain, costs)
    return sum(costs[first], Decimal(0)) + GOES_ON * sum(costs[first.stop :], Decimal(0))
