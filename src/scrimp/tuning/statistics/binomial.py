"""The binomial distribution in pure Python: its cumulative distribution and its probabilities."""

from __future__ import annotations

import math

_TINY = 1e-300  # stands for zero in Lentz's method
_PRECISION = 1e-10
_NEGLIGIBLE = 1e-15  # a probability so small that one less it is one
_MAX_STEPS = 16  # trials apart: beyond it a fresh computation costs less
_MIN_MASS = 1e-250  # smaller probabilities lose digits


def binomial_cdf(count: int, trials: int, probability: float) -> float:
    """Return P(X <= count) for X successes in this many trials.

    Computed as a regularized incomplete beta function by its continued fraction (DLMF 8.17.5 and 8.17.22).
    """
    if count < 0:
        return 0.0
    if count >= trials or probability < _NEGLIGIBLE:
        return 1.0
    return 0.0 if probability >= 1 else _incomplete_beta(trials - count, count + 1, 1 - probability)


class IncrementalBinomialCdf:
    """P(X <= count) for one probability, each value computed from the last one where the two are neighbors.

    It changes by P(X = count) when count changes by one, and by a share of that when trials do.
    """

    def __init__(self, probability: float) -> None:
        self._probability = probability
        self._count, self._trials = -1, 0
        self._cdf = self._mass = 0.0  # P(X <= count) and P(X = count)

    def cdf(self, count: int, trials: int) -> float:
        """Return P(X <= count) in this many trials."""
        if count < 0 or count >= trials or not _NEGLIGIBLE <= self._probability < 1:
            return binomial_cdf(count, trials, self._probability)
        near = count >= self._count >= 0 and 0 <= self._trials - trials <= _MAX_STEPS and self._count < trials
        if not near or self._mass < _MIN_MASS:
            self._count, self._trials = count, trials
            self._cdf = binomial_cdf(count, trials, self._probability)
            self._mass = _mass(count, trials, self._probability)
            return self._cdf
        while self._trials > trials:
            self._mass *= (self._trials - self._count) / (self._trials * (1 - self._probability))
            self._cdf += self._probability * self._mass
            self._trials -= 1
        while self._count < count:
            odds = self._probability / (1 - self._probability)
            self._mass *= (trials - self._count) / (self._count + 1) * odds
            self._cdf += self._mass
            self._count += 1
        return self._cdf


def binomial_pmf(trials: int, probability: float, negligible: float = 1e-9) -> list[tuple[int, float]]:
    """Return (count, P(X = count)) in order of count, for all but `negligible` of the mass."""
    if probability < _NEGLIGIBLE or probability >= 1:
        return [(trials if probability >= 1 else 0, 1.0)]
    odds = probability / (1 - probability)
    mode = min(trials, int((trials + 1) * probability))
    peak = _mass(mode, trials, probability)
    smallest = negligible / (trials + 1)
    below: list[tuple[int, float]] = []
    above = [(mode, peak)]
    mass = peak
    for count in range(mode, 0, -1):
        mass *= count / ((trials - count + 1) * odds)
        if mass < smallest:
            break
        below.append((count - 1, mass))
    mass = peak
    for count in range(mode, trials):
        mass *= (trials - count) / (count + 1) * odds
        if mass < smallest:
            break
        above.append((count + 1, mass))
    return below[::-1] + above


def _mass(count: int, trials: int, probability: float) -> float:
    log = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    return math.exp(log + count * math.log(probability) + (trials - count) * math.log1p(-probability))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularized incomplete beta function I_x(a, b)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _continued_fraction(a, b, x)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate 1 + d1/(1 + d2/(1 + ...)) by Lentz's method as modified by Thompson and Barnett (1986)."""
    value, upper, lower = 1.0, 1.0, 0.0
    for step in range(1, 10_000):
        half = step // 2
        if step % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        lower = 1 / ((1 + term * lower) or _TINY)
        upper = (1 + term / upper) or _TINY
        value *= upper * lower
        if abs(upper * lower - 1) < _PRECISION:
            return value
    raise ArithmeticError(f"the incomplete beta function of {a}, {b} at {x} does not converge")
