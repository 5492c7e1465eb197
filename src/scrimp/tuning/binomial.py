"""The binomial distribution, exactly enough to be relied on."""

from __future__ import annotations

import math

_SMALLEST = 1e-300
_PRECISE = 1e-10
_NEVER = 1e-15  # a share so small that one less it is one
_NEAR = 16  # trials apart: beyond it a fresh answer costs less
_FAINT = 1e-250  # chances below lose digits


def at_most(count: int, trials: int, share: float) -> float:
    """Return P(X <= count) for X successes in so many trials of this probability.

    As a regularised incomplete beta function by its continued fraction (DLMF 8.17.5 and 8.17.22).
    """
    if count < 0:
        return 0.0
    if count >= trials or share < _NEVER:
        return 1.0
    return 0.0 if share >= 1 else _beta(trials - count, count + 1, 1 - share)


class BinomialWalk:
    """The same question put many times for one share, each answered from the last one where they are neighbours.

    P(X <= count) changes by one chance when count changes by one, and by a share of one when trials do.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._count, self._trials = -1, 0
        self._below = self._here = 0.0  # P(X <= count) and P(X = count)

    def at_most(self, count: int, trials: int) -> float:
        """Return P(X <= count) of so many trials."""
        if count < 0 or count >= trials or not _NEVER <= self._share < 1:
            return at_most(count, trials, self._share)
        near = count >= self._count >= 0 and 0 <= self._trials - trials <= _NEAR and self._count < trials
        if not near or self._here < _FAINT:
            self._count, self._trials = count, trials
            self._below, self._here = at_most(count, trials, self._share), _chance(count, trials, self._share)
            return self._below
        while self._trials > trials:
            self._here *= (self._trials - self._count) / (self._trials * (1 - self._share))
            self._below += self._share * self._here
            self._trials -= 1
        while self._count < count:
            odds = self._share / (1 - self._share)
            self._here *= (trials - self._count) / (self._count + 1) * odds
            self._below += self._here
            self._count += 1
        return self._below


def chances(trials: int, share: float, negligible: float = 1e-9) -> list[tuple[int, float]]:
    """Return (count, probability) pairs in order, all but `negligible` of the mass."""
    if share < _NEVER or share >= 1:
        return [(trials if share >= 1 else 0, 1.0)]
    odds = share / (1 - share)
    middle = min(trials, int((trials + 1) * share))
    peak = _chance(middle, trials, share)
    least = negligible / (trials + 1)
    below: list[tuple[int, float]] = []
    above = [(middle, peak)]
    chance = peak
    for count in range(middle, 0, -1):
        chance *= count / ((trials - count + 1) * odds)
        if chance < least:
            break
        below.append((count - 1, chance))
    chance = peak
    for count in range(middle, trials):
        chance *= (trials - count) / (count + 1) * odds
        if chance < least:
            break
        above.append((count + 1, chance))
    return below[::-1] + above


def _chance(count: int, trials: int, share: float) -> float:
    log = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    return math.exp(log + count * math.log(share) + (trials - count) * math.log1p(-share))


def _beta(first: float, second: float, at: float) -> float:
    """Return the regularised incomplete beta function I_at(first, second)."""
    if at > (first + 1) / (first + second + 2):
        return 1 - _beta(second, first, 1 - at)
    log = math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
    front = math.exp(log + first * math.log(at) + second * math.log1p(-at)) / first
    return front / _fraction(first, second, at)


def _fraction(first: float, second: float, at: float) -> float:
    """Evaluate 1 + d1/(1 + d2/(1 + ...)) by Lentz's method as modified by Thompson and Barnett (1986)."""
    value, upper, lower = 1.0, 1.0, 0.0
    for step in range(1, 10_000):
        half = step // 2
        if step % 2:
            term = -(first + half) * (first + second + half) * at / ((first + 2 * half) * (first + 2 * half + 1))
        else:
            term = half * (second - half) * at / ((first + 2 * half - 1) * (first + 2 * half))
        lower = 1 / ((1 + term * lower) or _SMALLEST)
        upper = (1 + term / upper) or _SMALLEST
        value *= upper * lower
        if abs(upper * lower - 1) < _PRECISE:
            return value
    raise ArithmeticError(f"the incomplete beta function of {first}, {second} at {at} does not settle")
