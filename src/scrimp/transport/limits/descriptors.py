"""File descriptors: each call in flight takes one, and the stores, which keep what was paid, must never lack theirs."""

from __future__ import annotations

from scrimp.errors import ConfigError

# Beside sockets: the standard streams, inputs and outputs, two databases with three files each, the journal, 16 files
# of claims, the event loop and the HTTP engine (some 50 in all), and the pipes of the user's checks.
RESERVED = 96
_LEAST = 48  # with fewer, one call fails somewhere between its request and its row


def check_open_files() -> None:
    """Raise ConfigError if this process may not open the files that one call needs."""
    limit = raised_limit(1)
    if limit is not None and limit < _LEAST:
        raise ConfigError(f"this system lets scrimp open {limit} files, which is too few for a call: raise `ulimit -n`")


def raised_limit(wanted: int) -> int | None:
    """Raise this process's limit of open files as far as this many calls need and the system allows; return it.

    None if there is no such limit (Windows).
    """
    try:
        import resource  # only on Unix, and only for calls
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED
    unlimited = soft == resource.RLIM_INFINITY
    if unlimited or soft >= needed:
        return None if unlimited else soft
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    except (OSError, ValueError):  # a system may allow less than it says (macOS)
        return soft
    return allowed


def calls_that_fit(wanted: int, limit: int | None) -> int:
    """Return how many calls may be in flight, at least one, of those wanted, under a limit of open files."""
    return wanted if limit is None else max(1, min(wanted, limit - RESERVED))
