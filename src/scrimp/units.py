"""Dollars, shares, sizes, counts and durations: parsed from what people write, printed as people read them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import ceil

from scrimp.errors import ConfigError

UNKNOWN = "unknown"
CENTS = 2  # decimals
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MAX_SECONDS = 1e11  # three thousand years: all of time, for a ledger
_DOLLAR_DIGITS = 3  # significant digits of an amount under a dollar
_PERCENT_DIGITS = 4
_NANO = 9
# The smallest amount that is counted. Each cost is rounded to it once, so that the bill and the ledger agree.
PICODOLLAR = Decimal("1e-12")
MAX_CALL_DOLLARS = 1_000_000  # no call costs more: a price or a usage that says so is mistaken
_MAX_DOLLARS = 1_000_000_000  # more cannot be a price or a limit, and SQLite has no room for its nanodollars
_MEGABYTE = 1e6
_WHOLE, _MAX_SURCHARGE = Decimal(100), Decimal(1000)  # percent
_LONGER_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))  # each where there are two of it
_MAX_DIGITS = 18  # of a count


def parse_duration(text: str, name: str) -> float:
    """Return the seconds of a duration such as 45s, 30m, 6h, 90d or 2w."""
    number, unit = text[:-1], text[-1:]
    try:
        amount = float(number)
    except ValueError:
        amount = -1.0
    if unit in _SECONDS and _MAX_SECONDS < amount * _SECONDS[unit] < float("inf"):
        raise ConfigError(f"{name} '{text}' is longer than any record: write at most {_MAX_SECONDS // 86_400:.0f}d")
    if unit not in _SECONDS or not 0 <= amount * _SECONDS[unit] <= _MAX_SECONDS:
        raise ConfigError(f"{name} '{text}' is not a duration: write a number and s, m, h, d or w, such as 90d")
    return amount * _SECONDS[unit]


def parse_dollars(text: str, name: str) -> Decimal:
    """Return an amount of dollars; a leading $ is allowed."""
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise ConfigError(f"{name} '{text}' is not an amount of dollars: write a number such as 5.00") from None
    return checked_dollars(amount, name)


def checked_dollars(amount: Decimal, name: str) -> Decimal:
    """Return an amount that was written as a number, if it can be one of dollars: finite and not negative."""
    if not amount.is_finite() or not 0 <= amount <= _MAX_DOLLARS:
        raise ConfigError(f"{name} {amount} is not an amount of dollars: write a number such as 5.00")
    return amount


def parse_row_limit(text: str, name: str) -> tuple[int | None, float | None]:
    """Return a number of rows, or a share of them where the text ends in %."""
    if text.endswith("%"):
        return None, parse_percent(text, name)
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise ConfigError(f"{name} '{text}' is neither a number of rows nor a percentage: write 20 or 5%")
    return int(text), None


def parse_percent(text: str, name: str) -> float:
    """Return a percentage such as 25% as a fraction of one."""
    try:
        value = float(text.removesuffix("%")) / 100
    except ValueError:
        value = -1.0
    if not text.endswith("%") or not 0 <= value <= 1:
        raise ConfigError(f"{name} '{text}' is not a percentage from 0% to 100%: write 25%")
    return value


def parse_discount(text: str, name: str) -> Decimal:
    """Return the share that is left to pay after a discount: exactly 0.85 for 15%, and 1.05 for a surcharge of -5%."""
    try:
        percent = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        percent = Decimal("nan")
    if not text.endswith("%") or not percent.is_finite() or not -_MAX_SURCHARGE <= percent <= _WHOLE:
        raise ConfigError(f"{name} '{text}' is not a discount: write a percentage such as 15%, or -5% for a surcharge")
    return 1 - percent / _WHOLE


def format_count(number: int) -> str:
    """Return a number with thousands separators: 18,020."""
    return f"{number:,}"


def pluralize(number: int, thing: str) -> str:
    """Return how many of a thing: 1 route, 1,200 routes."""
    plural = "es" if thing.endswith(("ch", "sh", "x")) else "s"
    return f"{format_count(number)} {thing}{'' if number == 1 else plural}"


def format_dollars(dollars: Decimal | None) -> str:
    """Return dollars to three significant digits or to the cent: $1,234.50, $0.41, $0.000012; None is unknown."""
    if dollars is None:
        return UNKNOWN
    if dollars == 0:
        return "$0"
    places = CENTS if abs(dollars) >= 1 else dollar_decimals(dollars, _DOLLAR_DIGITS)
    whole, _, fraction = f"{abs(dollars):,.{places}f}".partition(".")
    return f"{'-' if dollars < 0 else ''}${whole}.{fraction.rstrip('0').ljust(CENTS, '0')}"


def format_known_dollars(known: Decimal, unknown: int) -> str:
    """Return a sum of which `unknown` amounts are not known: marked with a +, or unknown where nothing is known."""
    if unknown and not known:
        return UNKNOWN
    return f"{format_dollars(known)}{'+' if unknown else ''}"


def known_or_none(known: Decimal, unknown: int) -> Decimal | None:
    """Return such a sum for a program: None if nothing is known."""
    return None if unknown and not known else known


def dollar_decimals(amount: Decimal, significant: int) -> int:
    """Return the decimals that show this many significant digits; less than a nanodollar shows at least one."""
    first = -amount.adjusted()
    return max(CENTS, min(first + significant - 1, max(_NANO, first)))


def format_percent(share: float, places: int = 0) -> str:
    """Return a share with this many decimals: 58 %, or 58.3 % with one."""
    return f"{100 * share:z.{places}f} %"


def format_share(share: float) -> str:
    """Return a share in whole percent, never as none of what is some: 58 %, or <1 %."""
    shown = format_percent(share)
    return "<1 %" if share > 0 and shown == format_percent(0) else shown


def format_percent_briefly(share: float) -> str:
    """Return a share to at most four significant digits, without trailing zeros: 98 %, 96.1 %, 99.95 %."""
    return f"{100 * share:z.{_PERCENT_DIGITS}g} %"


def format_megabytes(size: float, places: int = 0) -> str:
    """Return a size in bytes as megabytes: 93 MB, or 0.4 MB with one decimal."""
    return f"{size / _MEGABYTE:.{places}f} MB"


def format_clock(seconds: float) -> str:
    """Return a duration as a clock shows it: 0:07, 12:30, 1:00:00; 0:00 where the clock was set back meanwhile."""
    minutes, second = divmod(round(max(0, seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def format_moment(when: float, pattern: str) -> str:
    """Return a time as the clock here shows it; one that no clock shows, from a file made elsewhere, is unknown."""
    from datetime import UTC, datetime  # few commands show one

    try:
        return datetime.fromtimestamp(when, UTC).astimezone().strftime(pattern)
    except (OSError, OverflowError, ValueError):  # beyond the year 9999; not a number
        return UNKNOWN


def format_duration(seconds: float) -> str:
    """Return about how long something takes, rounded up: 30 seconds, 45 minutes, 24 hours, 3 days."""
    name, length = next((unit for unit in _LONGER_UNITS if seconds >= 2 * unit[1]), ("second", 1))
    return pluralize(ceil(seconds / length), name)
