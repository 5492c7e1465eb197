"""Words for amounts, as people write them: durations, dollars, shares."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from scrimp.errors import ConfigError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds(text: str, name: str) -> float:
    """Return the seconds of a duration such as 45s, 30m, 6h, 90d or 2w."""
    number, unit = text[:-1], text[-1:]
    try:
        amount = float(number)
    except ValueError:
        amount = -1.0
    if unit not in _SECONDS or not 0 <= amount < float("inf"):
        raise ConfigError(f"{name} '{text}' is no duration: write a number and s, m, h, d or w, such as 90d")
    return amount * _SECONDS[unit]


def dollars(text: str, name: str) -> Decimal:
    """Return an amount of dollars; a leading $ is welcome."""
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise ConfigError(f"{name} '{text}' is no amount of dollars: write a number such as 5.00") from None
    return positive(amount, name)


def positive(amount: Decimal, name: str) -> Decimal:
    """Return an amount that was written as a number, if it is one of dollars: not below zero, and finite."""
    if not amount.is_finite() or amount < 0:
        raise ConfigError(f"{name} {amount} is no amount of dollars: write a number such as 5.00")
    return amount


def failures(text: str, name: str) -> tuple[int | None, float | None]:
    """Return a number of rows, or a share of them where the text ends in %."""
    if text.endswith("%"):
        return None, share(text, name)
    if not text.isdecimal():
        raise ConfigError(f"{name} '{text}' is neither a number of rows nor a percentage: write 20 or 5%")
    return int(text), None


def share(text: str, name: str) -> float:
    """Return a percentage as a fraction of one."""
    try:
        value = float(text.removesuffix("%")) / 100
    except ValueError:
        value = -1.0
    if not text.endswith("%") or not 0 <= value <= 1:
        raise ConfigError(f"{name} '{text}' is no percentage: write 25%")
    return value
