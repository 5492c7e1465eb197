"""Expected failures: each message is a sentence with the cause and the remedy; the class has the exit status."""

from __future__ import annotations

from collections.abc import Iterable


class ScrimpError(Exception):
    """An expected failure; only `cli.main` turns it into an exit status."""

    exit_status = 2


class UsageError(ScrimpError):
    """The arguments of the command line contradict each other."""


class ConfigError(ScrimpError):
    """A config file, environment variable or flag has an unusable value."""


class InputError(ScrimpError):
    """An input cannot be read: the message names file, row and field."""


class MissingKeyError(ConfigError):
    """A provider is requested and its key is not configured."""


class LocalModelError(ConfigError):
    """The embedded model, or the runtime it needs, is not installed or does not load."""


class UnknownPriceError(ConfigError):
    """A model without a known price is requested under a cost cap."""


class OutputError(ScrimpError):
    """Rows cannot be written to the output."""


class StoreError(ScrimpError):
    """The cache or the ledger cannot be opened, read or written."""


class StoreUnwritableError(StoreError):
    """The store is intact but cannot be written: a full or read-only disk, or no permission."""


def closest_name(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name closest to a misspelled one, for "did you mean"; None if none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelling needs it

    return next(iter(get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)
