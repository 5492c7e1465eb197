"""How often `tune certify --compress` certifies a level that does not keep its target, and one that does.

    python tests/bench/tuning_levels.py [--draws 200] [--command 20]

Pairs are drawn with a known share of answers kept, just below the target and well above it, and are looked at once, or
again and again as more of them come in until the level is certified; and how soon later pairs, looked at one by one,
end a certificate of 95 %, of levels that keep as much and less. `--command` does so many draws at the edge of its
target with the program itself: prompts are sent to a provider that loses so many answers where a prompt is compressed.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from bisect import bisect
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from msgspec import Struct

from scrimp.flows.tune.watch.level_drift import DRIFT_RISK
from scrimp.tuning.level_claims import LevelAnswer, LevelPair, claim_levels
from scrimp.tuning.statistics.change_point import find_fall

sys.path.insert(0, str(Path(__file__).parents[1]))

import lockers
from command import Scrimp
from fake_provider import fake_provider

TARGETS = (0.9, 0.95)
SIZES = (50, 100, 200, 400)
STEP = 50  # pairs between two looks
BELOW, ABOVE = 0.001, 0.6  # of what is lost at the target: hardly more, and much less


class Population(Struct, frozen=True):
    """Rates of a population of pairs: answers that the level keeps, and that the model gives a second time."""

    name: str
    kept: Callable[[float], float]
    repeats: float | None = None  # the model is asked twice; what is kept is a share of this
    right: float | None = None  # of answers without the level, where labels are known


def populations(target: float) -> list[Population]:
    below = target - BELOW
    return [
        Population("below, answers", lambda _: below),
        Population("below, a model that repeats 85 %", lambda _: below, repeats=0.85),
        Population("below, labels, 80 % right", lambda _: below, right=0.8),
        Population("above, answers", lambda _: 1 - (1 - target) * (1 - ABOVE)),
    ]


def pair(number: int, of: Population, target: float, chance: random.Random) -> LevelPair:
    """Draw a pair: the answer without the level is "a"; another one is never the same twice."""
    kept, again, score = of.kept(target), None, (None, None)
    if of.repeats is not None:
        again = LevelAnswer(asserted="a" if chance.random() < of.repeats else f"again {number}")
        kept *= of.repeats
    asserted = "a" if chance.random() < kept else f"other {number}"
    if of.right is not None:
        right = chance.random() < of.right
        score = (float(right and asserted == "a"), float(right))
    return LevelPair(
        id=str(number), signature="task", kind="classification", time=float(number), again=again,
        at_level=LevelAnswer(asserted=asserted, score=score[0], cost=Decimal("0.6"), input=60),
        without=LevelAnswer(asserted="a", score=score[1], cost=Decimal(1), input=100),
    )  # fmt: skip


def is_certified(pairs: Sequence[LevelPair], target: float, look: int) -> bool:
    return claim_levels(pairs, target, 0.05, lambda _: look)[0].certified


def certified_as_advised(pairs: Sequence[LevelPair], target: float) -> bool:
    """Begin with few pairs and collect as many more as the claim says are wanted, until it is certified or hopeless."""
    size = SIZES[0]
    for look in range(1, 30):
        (claim,) = claim_levels(pairs[:size], target, 0.05, lambda _, look=look: look)
        if claim.certified or claim.pairs_needed is None or size == len(pairs):
            return claim.certified
        size = min(len(pairs), size + max(claim.pairs_needed, 5))
    return False


def simulate(draws: int) -> None:
    print(f"share of {draws} draws in which the level is certified, at a risk of 5 %")
    for target in TARGETS:
        for of in populations(target):
            samples = []
            for draw in range(draws):
                chance = random.Random(f"{of.name}{target}{draw}")
                samples.append([pair(number, of, target, chance) for number in range(max(SIZES))])
            once = [sum(is_certified(sample[:size], target, 1) for sample in samples) / draws for size in SIZES]
            often = sum(
                any(
                    is_certified(sample[:size], target, look)
                    for look, size in enumerate(range(STEP, len(sample) + 1, STEP), 1)
                )
                for sample in samples
            )
            advised = sum(certified_as_advised(sample, target) for sample in samples)
            shares = "  ".join(f"{size} {share:6.1%}" for size, share in zip(SIZES, once, strict=True))
            print(
                f"{target:.0%}  {of.name:34}  once at {shares}  every {STEP} pairs {often / draws:6.1%}  "
                f"as advised {advised / draws:6.1%}",
                flush=True,
            )


def find_drift(draws: int, target: float = 0.95, pairs: int = 1000) -> None:
    print(f"share of {draws} draws in which a level certified to keep {target:.0%} is blamed within {pairs} pairs")
    for kept in (target, 0.9, 0.8, 0.5):
        found = []
        for draw in range(draws):
            chance = random.Random(f"drift {kept} {draw}")
            later = [chance.random() < kept for _ in range(pairs)]
            if find_fall(later, target, DRIFT_RISK) is not None:
                found.append(bisect(range(pairs), 0, key=partial(_is_found, later, target)))
        median = f"after {statistics.median(found):.0f} pairs" if found else ""
        print(f"keeps {kept:.0%}  blamed {len(found) / draws:6.1%}  {median}", flush=True)


def _is_found(later: Sequence[bool], target: float, count: int) -> bool:
    return find_fall(later[:count], target, DRIFT_RISK) is not None


def by_command(draws: int, target: float = 0.9, pairs: int = 60) -> None:
    """Do the same with the program: prompts whose answer the level loses are drawn at the edge of the target."""
    certified = 0
    for draw in range(draws):
        chance = random.Random(f"command{draw}")
        lost = {number for number in range(pairs) if chance.random() > target - BELOW}
        with tempfile.TemporaryDirectory() as folder, fake_provider(lockers.answer) as provider:
            scrimp = Scrimp(Path(folder))
            scrimp.provider(provider.url)
            lockers.write(scrimp, "p.jsonl", range(pairs), lost.__contains__)
            words = ("--compress", "focus", "--route", "lockers")
            ran = scrimp("tune", "shadow", "p.jsonl", "--share", "100%", *words)
            assert ran.status == 0, ran.err
            ran = scrimp("tune", "certify", "--compress", "focus", "--target", str(target), "--json")
            certified += json.loads(ran.out)["claims"][0]["certified"]
    print(f"by the program, {pairs} pairs each: {certified} of {draws} draws certified at {target:.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--command", type=int, default=0)
    options = parser.parse_args()
    simulate(options.draws)
    find_drift(options.draws)
    if options.command:
        by_command(options.command)


if __name__ == "__main__":
    main()
