"""Shares of one, and how many of a thing, as people read them in a sentence."""

from __future__ import annotations

from scrimp.render.amounts import count

_DIGITS = 4


def percent(share: float, places: int = 0) -> str:
    """Return a share with so many decimals: 58 %, or 58.3 % with one."""
    return f"{100 * share:.{places}f} %"


def percent_said(share: float) -> str:
    """Return a share with the digits that say something, at most four: 98 %, 96.1 %, 99.95 %."""
    return f"{100 * share:.{_DIGITS}g} %"


def plural(number: int, thing: str) -> str:
    """Return how many of a thing: 1 route, 1,200 routes."""
    return f"{count(number)} {thing}{'' if number == 1 else 's'}"
