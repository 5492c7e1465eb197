"""Expected failures: each message is a sentence with the cause and the remedy; the class has the exit status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from errno import EBADF, EMFILE, ENFILE

# Exit statuses. A status above 128 is 128 plus the number of a signal, as in shells.
WRONG_USE, SOME_FAILED, NOTHING_ANSWERED, LIMIT_REACHED, PENDING, NOT_CACHED, ALERT_IN_FORCE = 2, 3, 4, 5, 6, 7, 8
HUNG_UP, INTERRUPTED, BROKEN_PIPE, TERMINATED = 129, 130, 141, 143
# What each of them means, for the manual.
EXIT_STATUSES: Mapping[int, str] = {
    0: "Every row was answered; for other commands: done.",
    1: "An internal error; please report it with the traceback.",
    WRONG_USE: "Wrong use, config or input, or a full disk: the message says what to change.",
    SOME_FAILED: "The run ended, and some rows failed; `scrimp run --fail-on` can make it 0.",
    NOTHING_ANSWERED: "No row was answered, or no provider was left: a refused key, an empty balance.",
    LIMIT_REACHED: "Stopped at `--max-cost`, `--max-failures` or a chain's `max_escalation`.",
    PENDING: "Work is in batches that have not ended (`scrimp batch watch` waits for them), "
    "or waits for an hour or a queue.",
    NOT_CACHED: "`--cache only` missed.",
    ALERT_IN_FORCE: "An alert of [alerts] is in force (`scrimp cost --check`).",
    HUNG_UP: "Stopped by SIGHUP.",
    INTERRUPTED: "Stopped by SIGINT (Ctrl-C).",
    BROKEN_PIPE: "The reader of a pipe has left.",
    TERMINATED: "Stopped by SIGTERM.",
}


class ScrimpError(Exception):
    """An expected failure; only `cli.startup.process` turns it into an exit status."""

    exit_status = WRONG_USE

    def __str__(self) -> str:
        """Return the sentence, which may end up in a row or a store: bytes of a name that are not UTF-8 as escapes."""
        return super().__str__().encode(errors="backslashreplace").decode()


class UsageError(ScrimpError):
    """The arguments of the command line contradict each other."""


class ConfigError(ScrimpError):
    """A config file, environment variable or flag has an unusable value."""


class InputError(ScrimpError):
    """An input cannot be read: the message names file, row and field."""


class EmptyPromptError(InputError):
    """A row has nothing to ask: it fails, and the others go on. The message does not name its place."""


class MissingKeyError(ConfigError):
    """A provider is requested and its key is not configured."""


class LocalModelError(ConfigError):
    """The embedded model, or the runtime it needs, is not installed or does not load."""


class UnknownPriceError(ConfigError):
    """A model without a known price is requested under a cost cap."""


class OutputError(ScrimpError):
    """Rows cannot be written to the output."""


def output_error(error: OSError) -> OutputError:
    """Return why stdout cannot be written, as a sentence."""
    if error.errno == EBADF:
        return OutputError("stdout is closed: redirect it to a file or a pipe, or to /dev/null")
    return OutputError(f"the output cannot be written ({error.strerror}): make room and rerun the same command")


def rerun_hint(cache: str, *, kept: bool = True) -> str:
    """Return what a rerun does after rows could not be written, by the run's cache mode; `kept` if that can write."""
    if cache == "off":
        return "with --cache off a rerun starts over"
    if not kept:
        return "a rerun pays for them again"
    rerun = "with --cache on" if cache == "refresh" else "the same command"
    return f"completions are kept in the cache; rerun {rerun} to resume"


def open_files_error(error: OSError) -> ScrimpError | None:
    """Return a sentence for an error that says that no more files can be opened; None for any other."""
    if error.errno not in (EMFILE, ENFILE):
        return None
    return ScrimpError("this system lets scrimp open too few files: raise `ulimit -n` to 256, or close other programs")


class StoreError(ScrimpError):
    """The cache or the ledger cannot be opened, read or written."""


class StoreUnwritableError(StoreError):
    """The store is intact but cannot be written: a full or read-only disk, or no permission."""


# The next move where a disk has no room, where that of temporary files has none, where a home cannot be written, and
# where nothing in it can be locked.
ROOM = "free some space, or set SCRIMP_HOME to another disk"
TEMPORARY_ROOM = "free some space, or set TMPDIR to a directory on another disk"
WRITABLE_HOME = "set SCRIMP_HOME to a writable directory"
LOCKABLE_HOME = "its file system has no locks: set SCRIMP_HOME to a directory on a local disk"


class DiskFullError(StoreUnwritableError):
    """A write to the store failed where others had succeeded: the disk is full or fails."""


class StoreRemovedError(StoreUnwritableError):
    """The store was removed, or another file has its name: what is written to it is lost."""


class ServerDownError(ScrimpError):
    """A server that many processes share does not answer."""


class ServerRefusedError(ScrimpError):
    """A server that many processes share answers that it will not do what it was asked."""


def closest_name(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known name closest to a misspelled one, in any case, for "did you mean"; None if none is close."""
    from difflib import get_close_matches  # only a misspelling needs it

    folded = {each.casefold(): each for each in known}
    return next((folded[near] for near in get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)), None)
