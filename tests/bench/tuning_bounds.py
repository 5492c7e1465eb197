"""How often certificates miss what they promise, and how often they certify what is true.

    python tests/bench/tuning_bounds.py [--draws 300] [--data DIRECTORY] [--ways]

Each line is a way to be wrong: `tune certify` is given rows drawn with a known truth, and the share of draws in which
anything is certified that keeps less than the target is printed, by the number of rows. The lines below them say how
often something is certified that is true. DIRECTORY is that of `tuning.py`: rows are then also drawn, with replacement,
from recorded ones, for which those are the whole truth. With --ways the ways to certify one policy are compared
instead.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import NormalDist, fmean, variance

from scrimp.tuning.certify import Certificate, certify
from scrimp.tuning.mixture_claims import certify_mixture
from scrimp.tuning.policies import Always, Policy, replay
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow
from scrimp.tuning.shortlist import shortlist
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


def answer(score: float, cost: float, asserted: str | None = None) -> RecordedAnswer:
    return RecordedAnswer(score=score, cost=cost, asserted=asserted)


def alone(chance: random.Random, size: int, kept: Sequence[float], task: Callable[[int], str] = lambda _: "t",
          name: str = "") -> list[RecordedRow]:  # fmt: skip
    """Return rows of models that each keep so much, apart from each other, and assert nothing."""
    rows = []
    for at in range(size):
        answers = {f"m{model}": answer(chance.random() < share, 1.0 + model) for model, share in enumerate(kept)}
        rows.append(RecordedRow(id=f"{name}{at}", answers={**answers, "top": answer(1, 100.0)}, signature=task(at)))
    return rows


_COMMON = 0.9  # of a voter's answers are those of the others


def voting(chance: random.Random, size: int, kept: float, name: str = "") -> list[RecordedRow]:
    """Return rows of four voters that err together: a pair that agrees keeps so much, every other policy less."""
    right = 1 - (1 - kept) / _COMMON**2  # where a pair does not agree, the flagship is asked
    rows = []
    for at in range(size):
        common = "right" if chance.random() < right else "wrong"
        said = [common if chance.random() < _COMMON else f"{at}-{voter}" for voter in range(4)]
        answers = {f"m{voter}": answer(word == "right", 1.0 + voter, word) for voter, word in enumerate(said)}
        rows.append(RecordedRow(id=f"{name}{at}", answers={**answers, "top": answer(1, 100.0, "right")}, signature="t"))
    return rows


def listing(pool: Mapping[str, str], flagship: str = "top") -> Callable[[Sequence[RecordedRow]], Sequence[object]]:
    return lambda rows: shortlist(rows, pool, flagship).order


ONE, EIGHT, FOUR = {"m0": "a"}, {f"m{at}": "a" for at in range(8)}, {f"m{at}": f"f{at}" for at in range(4)}


def claimed(certificate: Certificate, *, alone: bool = False) -> list[Policy]:
    """Return what is certified; `alone` leaves out what holds on average over several tasks only."""
    return [
        claim.policy for claim in certificate.claims if claim.certified and not (alone and len(claim.signatures) > 1)
    ]


def certified(rows: Sequence[RecordedRow], pool: Mapping[str, str], target: float, **more: object) -> bool:
    return bool(claimed(certify(rows, listing(pool), "top", target), **more))  # type: ignore[arg-type]


Scenario = Callable[[int, int, float], bool]  # rows, number of the draw and what is truly kept: is it certified?


@cache
def first_certified(draw: int, kept: float, target: float, every: int = 20) -> int:
    """Return after how many rows one of the looks at them certifies one model, as `certify` would; 0 for none."""
    counts = [0, 0, 0, 0]
    chance = random.Random(f"peek{draw}")
    for look, rows in enumerate(range(every, SIZES[-1] + 1, every), 1):
        counts = [sum(pair) for pair in zip(counts, drawn((1 - kept, kept, 0.0), every, chance), strict=True)]
        risk = RISK * share_of_look(look)
        if exact_p(PairedOutcomes(*counts[:3]), target, risk) <= risk:
            return rows
    return 0


def pooled_tasks(size: int, draw: int, kept: float, target: float, *, applied: bool) -> bool:
    """Draw small tasks, a third of them worse than so much and the others better, so that all together keep it."""
    chance = random.Random(f"pool{draw}{size}")
    tasks = max(2, size // 14)
    spread = min(0.06, 2 * (1 - kept))
    share = [kept - spread if task % 3 == 0 else kept + spread / 2 for task in range(tasks)]
    rows = [alone(chance, 1, [share[at % tasks]], lambda _, at=at: f"t{at % tasks}", f"{at}-")[0] for at in range(size)]  # type: ignore[misc]
    return certified(rows, ONE, target, alone=applied)


def mixture(size: int, draw: int, kept: float, target: float) -> bool:
    """Draw three tasks of which every policy keeps so much: only what saves everywhere counts."""
    rows = alone(random.Random(f"mix{draw}{size}"), size, [kept] * 4, lambda at: f"t{at % 3}", f"{draw}-")
    found = claimed(certify_mixture(rows, listing({f"m{at}": "a" for at in range(4)}), "top", target))
    return any(all(replay(policy, row, "top").model != "top" for row in rows) for policy in found)


def scenarios(target: float) -> dict[str, Scenario]:
    return {
        "one model": lambda n, d, kept: certified(alone(random.Random(f"one{d}{n}"), n, [kept]), ONE, target),
        "eight relatives": lambda n, d, kept: certified(
            alone(random.Random(f"rel{d}{n}"), n, [kept] * 8), EIGHT, target
        ),
        "four voters": lambda n, d, kept: certified(voting(random.Random(f"vote{d}{n}"), n, kept), FOUR, target),
        "a look every 20 rows": lambda n, d, kept: 0 < first_certified(d, kept, target) <= n,
        "a pool of small tasks": lambda n, d, kept: pooled_tasks(n, d, kept, target, applied=False),
        "a task of that pool, alone": lambda n, d, kept: pooled_tasks(n, d, kept, target, applied=True),
        "a mixture of three tasks": lambda n, d, kept: mixture(n, d, kept, target),
    }


def table(draws: int, target: float) -> None:
    below, above = target - 0.002, 1 - (1 - target) * 0.3
    for what, kept in (("missed", below), ("certified", above)):
        print(f"\n{f'{what} at {target:.0%}, true {kept:.1%}':34}" + "".join(f"{f'n {size}':>9}" for size in SIZES))
        for name, scenario in scenarios(target).items():
            shares = [fmean(scenario(size, draw, kept) for draw in range(draws)) for size in SIZES]
            print(f"{name:34}" + "".join(f"{share:9.1%}" for share in shares), flush=True)


def recorded_table(directory: Path, draws: int, target: float) -> None:
    """Print the same of recorded rows: what is certified, and what of it is false of all the rows drawn from."""
    from tuning import SETS, Recording  # only with --data

    prices = json.loads((directory / "prices.json").read_text())["models"]
    print(
        f"\n{f'recorded, {target:.0%}':34}" + "".join(f"{f'n {size}':>16}" for size in SIZES) + "   certified, missed"
    )
    for name, flagship, cheap in SETS[:2]:
        recording = Recording(directory / f"{name}.jsonl.gz", flagship, cheap, prices)
        truth: dict[Policy, float] = {}
        shares = []
        for size in SIZES:
            found = missed = 0
            for draw in range(draws):
                rows = random.Random(f"{name}{size}{draw}").choices(recording.odd, k=size)
                for policy in claimed(certify(rows, recording.listing, recording.flagship, target)):
                    if policy not in truth:
                        truth[policy] = kept_by(policy, recording.odd, recording.flagship)
                    found += 1
                    missed += truth[policy] < target
            shares.append(f"{found / draws:8.1%} {missed / draws:6.1%}")
        print(f"{name:34}" + "".join(f"{share:>16}" for share in shares), flush=True)


def kept_by(policy: Policy, rows: Sequence[RecordedRow], flagship: str) -> float:
    own = sum(replay(policy, row, flagship).score or 0.0 for row in rows)
    return own / sum(replay(Always(flagship), row, flagship).score or 0.0 for row in rows)


def ways(count: int) -> None:
    print(f"{'certified':30}" + "".join(f"{way.__name__:>16}" for way in WAYS))
    for target in (0.95, 0.98):
        for name, rates in (GOOD | null_rates(target)).items():
            for size in SIZES:
                draws = [drawn(rates, size, random.Random(f"{name}{size}{draw}")) for draw in range(count)]
                shares = [fmean(way(draw, target) for draw in draws) for way in WAYS]
                print(f"{target:.0%} {name:16} n {size:4}    " + "".join(f"{share:16.1%}" for share in shares))
    looks(min(count, 300))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--ways", action="store_true")
    given = parser.parse_args()
    if given.ways:
        ways(given.draws)
        return 0
    print(f"share of {given.draws} draws, at a risk of 5 %")
    for target in (0.95, 0.98):
        table(given.draws, target)
        if given.data is not None:
            recorded_table(given.data, given.draws, target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
