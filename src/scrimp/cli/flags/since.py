"""The moment of --since: a time ago such as 30d, or a day such as 2026-11-01."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from scrimp.errors import ConfigError, UsageError
from scrimp.units import parse_duration

_DAY_DIGITS = len("2026-11-01")


class Window(Struct, frozen=True):
    """From when on calls count: a time ago, which moves on, or a moment."""

    text: str  # the moment as the user wrote it
    seconds: float | None  # ago; None if it is a moment
    moment: float = 0.0  # seconds since the epoch

    def start(self, now: float) -> float:
        """Return the first moment that counts, in seconds since the epoch; UsageError if it is yet to come."""
        start = self.moment if self.seconds is None else now - self.seconds
        if start > now:
            raise UsageError(
                f"--since {self.text} is yet to come: write a day that has begun, or a time ago such as 30d"
            )
        return start

    def __str__(self) -> str:
        return f"since {self.text}" if self.seconds is None else f"last {self.text}"


def parse_since(text: str, zone: tzinfo | None = UTC) -> Window:
    """Return what was meant by 30d, by 2026-11-01 (which begins by the clock of `zone`) or by 2026-11-01T06:30.

    A zone of None is that of the machine. Raises UsageError for a text that is none of these.
    """
    moment = _moment(text, zone)
    if moment is not None:
        return Window(text, None, moment)
    try:
        return Window(text, parse_duration(text, "--since"))
    except ConfigError:
        if text[-1:] in "smhdw" and text[:1].isdigit():
            raise  # which says what is wrong with the duration
    raise UsageError(f"--since '{text}' is neither a time ago such as 90d or 6h nor a day such as 2026-11-01")


def since_start(text: str | None, now: float, zone: tzinfo | None = UTC) -> float:
    """Return the moment of --since in seconds since the epoch; 0 if it is not given."""
    return parse_since(text, zone).start(now) if text else 0.0


def _moment(text: str, zone: tzinfo | None) -> float | None:
    if len(text) < _DAY_DIGITS or text[4:5] != "-":  # 2026-11-01; 20261101 is too easily a mistyped duration
        return None
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo is not None else _in_zone(read, zone)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _in_zone(read: datetime, zone: tzinfo | None) -> datetime:
    return read.astimezone() if zone is None else read.replace(tzinfo=zone)
