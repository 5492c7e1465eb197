"""How often each way of certifying a share of the flagship's quality certifies what is true, and what is not.

    python tests/bench/tuning_bounds.py [--draws 1000]

Rows are drawn from the rates of losses, of both right and of gains that policies showed on recorded sets, and from the
worst rates that miss the target. At the end: how often a look after every so many rows, up to 800, certifies what is
false, where each look takes the whole risk and where all share it; and what sharing costs who looks once.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Sequence
from statistics import NormalDist, fmean, variance

from scrimp.tuning.statistics.binomial import binomial_cdf
from scrimp.tuning.statistics.bounds import PairedOutcomes, betting_p, exact_p, studentized_mean
from scrimp.tuning.statistics.looks import share_of_look

RISK = 0.05
SIZES = (50, 100, 200, 400, 800)
# Rates of losses, of both right and of gains; the rest are rows on which neither is right.
GOOD = {"clean": (0.003, 0.96, 0.005), "some losses": (0.015, 0.90, 0.005), "gains too": (0.025, 0.82, 0.02)}
Counts = tuple[int, int, int, int]


def null_rates(target: float) -> dict[str, tuple[float, float, float]]:
    """Return rates at the edge of the target, which the null hypothesis includes."""
    share = 1 - target
    return {"null, no gains": (share, target, 0.0), "null, gains": (share * 0.8 + 0.05, 0.8 * target - 0.05, 0.05)}


def differences(counts: Counts, target: float) -> list[float]:
    losses, both, gains, neither = counts
    return [-target] * losses + [1 - target] * both + [1.0] * gains + [0.0] * neither


def losses_alone(counts: Counts, target: float) -> bool:
    losses, both, _, _ = counts
    return binomial_cdf(losses, losses + both, 1 - target) <= RISK


def exact(counts: Counts, target: float) -> bool:
    return exact_p(PairedOutcomes(*counts[:3]), target, RISK) <= RISK


def betting(counts: Counts, target: float) -> bool:
    return betting_p(differences(counts, target), target) <= RISK


def bernstein(counts: Counts, target: float) -> bool:
    """Maurer & Pontil 2009, theorem 4."""
    sample = differences(counts, target)
    log = math.log(2 / RISK)
    reach = math.sqrt(2 * variance(sample) * log / len(sample)) + 7 * (1 + target) * log / (3 * (len(sample) - 1))
    return fmean(sample) > reach


def pseudo_failure(counts: Counts, target: float) -> bool:
    """The normal bound with one failure added."""
    return studentized_mean(PairedOutcomes(*counts[:3]), target) >= NormalDist().inv_cdf(1 - RISK)


def drawn(rates: Sequence[float], size: int, rng: random.Random) -> Counts:
    outcomes = rng.choices(range(4), weights=[*rates, max(0.0, 1 - sum(rates))], k=size)
    return (outcomes.count(0), outcomes.count(1), outcomes.count(2), outcomes.count(3))


WAYS: tuple[Callable[[Counts, float], bool], ...] = (exact, losses_alone, betting, bernstein, pseudo_failure)


def ever_certified(rates: Sequence[float], target: float, every: int, draw: int, *, shared: bool) -> bool:
    """Return whether any look at growing rows certifies a policy with these rates."""
    counts = [0, 0, 0, 0]
    chance = random.Random(f"looks{draw}")
    for look, _ in enumerate(range(every, 801, every), 1):
        counts = [sum(pair) for pair in zip(counts, drawn(rates, every, chance), strict=True)]
        risk = RISK * share_of_look(look) if shared else RISK
        if exact_p(PairedOutcomes(*counts[:3]), target, risk) <= risk:
            return True
    return False


def looks(count: int) -> None:
    print("\nlooks at growing rows      missed: each at 5 %   sharing 5 %")
    for target in (0.95, 0.98):
        for name, rates in null_rates(target).items():
            for every in (20, 50, 800):
                missed = [
                    fmean(ever_certified(rates, target, every, draw, shared=shared) for draw in range(count))
                    for shared in (False, True)
                ]
                print(
                    f"{target:.0%} {name:16} every {every:3}   " + "".join(f"{share:16.1%}" for share in missed),
                    flush=True,
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    count = parser.parse_args().draws
    print(f"{'certified':30}" + "".join(f"{way.__name__:>16}" for way in WAYS))
    for target in (0.95, 0.98):
        for name, rates in (GOOD | null_rates(target)).items():
            for size in SIZES:
                draws = [drawn(rates, size, random.Random(f"{name}{size}{draw}")) for draw in range(count)]
                shares = [fmean(way(draw, target) for draw in draws) for way in WAYS]
                print(f"{target:.0%} {name:16} n {size:4}    " + "".join(f"{share:16.1%}" for share in shares))
    looks(min(count, 300))


if __name__ == "__main__":
    main()
