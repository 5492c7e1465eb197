"""Expected failures: each is one sentence that names the thing and the next move, and carries its exit status."""

from __future__ import annotations


class ScrimpError(Exception):
    """An expected failure; only `cli.main` turns it into an exit status."""

    exit_status = 2


class UsageError(ScrimpError):
    """The words of the command line do not fit together."""


class ConfigError(ScrimpError):
    """A config file, variable or flag says something scrimp cannot use."""


class InputError(ScrimpError):
    """An input could not be read: the sentence names file, row and field."""


class MissingKeyError(ConfigError):
    """A provider is asked for and no key is at hand."""


class LocalModelError(ConfigError):
    """The embedded model, or the runtime it needs, is not installed or does not load."""


class UnknownPriceError(ConfigError):
    """A model without a known price was asked for under a cost cap."""


class OutputError(ScrimpError):
    """Rows cannot be written where they were to go."""


class StoreError(ScrimpError):
    """The cache or the ledger could not be opened, read or written."""


class StoreUnwritableError(StoreError):
    """The store is sound, but nothing can be written: a full or read-only disk, or no permission."""
