"""The order in which policies are tested: a graph along which a passed test hands its share of the risk on.

The policies tested first share the risk. One that passes hands its own share to those that come after it, in equal
parts, and a policy is tested at all that was handed to it. However the outcomes, the chance that any policy is passed
that should not be is at most the risk (Bretz et al., Statistics in Medicine 28, 2009; in a graph without circles, each
policy tested once). A single chain is fixed-sequence testing, where each test has the whole risk and the first failure
ends it; several beginnings cost each a part of the risk, and no failure ends it all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from scrimp.tuning.policies import Policy

START = -1


class GatedPolicy(Struct, frozen=True):
    """A policy, and the positions of the policies of which one must have passed before; START for no condition."""

    policy: Policy
    after: tuple[int, ...] = (START,)


class PolicyTest(Struct, frozen=True):
    """One policy's test: certified where p is at most its share of the risk."""

    policy: Policy
    p: float
    certified: bool
    risk: float = 0.0


def first_shares(order: Sequence[GatedPolicy], risk: float) -> Iterator[tuple[Policy, float]]:
    """Yield the policies that are tested unconditionally, and the least share of the risk each has."""
    first = [gated.policy for gated in order if START in gated.after]
    yield from ((policy, risk / len(first)) for policy in first)


def gated_tests(
    order: Sequence[GatedPolicy], p_value: Callable[[Policy, float], float], risk: float
) -> Iterator[PolicyTest]:
    """Yield the tests that are made; `p_value` gets a policy and its share, above which any value will do.

    Every policy comes after those it waits for.
    """
    heirs = Counter(before for gated in order for before in gated.after)
    shares = {START: risk}  # of those that passed, by position
    for at, (policy, after) in enumerate((gated.policy, gated.after) for gated in order):
        share = sum(shares[before] / heirs[before] for before in after if before in shares)
        if not share:
            continue
        p = p_value(policy, share)
        if p <= share:
            shares[at] = share
        yield PolicyTest(policy, p, p <= share, share)
