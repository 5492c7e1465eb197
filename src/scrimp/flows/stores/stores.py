"""The user's stores as one command has them open: what can be written, what can be read, and what was recovered."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.errors import ROOM, WRITABLE_HOME, DiskFullError, StoreError, StoreUnwritableError
from scrimp.store.cache import SqliteCache
from scrimp.store.completion_cache import LayeredCache, MemoryCache, NoCache
from scrimp.store.database import can_write

if TYPE_CHECKING:
    from scrimp.config.paths import Paths
    from scrimp.flows.stores.shared_cache import SharedCache
    from scrimp.store.cache_file import CacheFile
    from scrimp.store.completion_cache import CachedCompletion, CompletionCache
    from scrimp.store.files.run_folder import RunFolder
    from scrimp.store.journal_recovery import LivingJournals

_JOURNAL = "in-flight-"  # prefix of the names of journals (`store.journal` is slow to import)


class Stores:
    """The cache and the journals of a home, opened on first use."""

    def __init__(
        self, paths: Paths, run: str, warn: Callable[[str], None], shared: SharedCache | None = None, *,
        alert: Callable[[str], None] | None = None, folder: Path | None = None,
    ) -> None:  # fmt: skip
        """`run` is the name of this run, or of a process of it, whose journal is its own.

        `shared` is the cache of other machines, too. `alert` takes what is said even where warnings are not wanted.
        `folder` is that of several processes which work on one run.
        """
        self._paths, self._run, self._warn, self.shared = paths, run, warn, shared
        self._alert = alert or warn
        self.folder = folder
        self._run_folders: list[RunFolder] = []  # of private caches: each pass over the rows of a job has one
        self._read_only = False
        self.unwritable: StoreError | None = None  # why nothing may be paid for, though the cache can be read

    def close(self) -> None:
        """Close what was opened."""
        for name in ("cache", "local_cache", "cache_file"):  # the first two may be the same object
            if name in self.__dict__:  # opened
                getattr(self, name).close()
        if self.shared is not None:
            self.shared.close()
        for folder in self._run_folders:
            folder.remove()

    def use_private_cache(self) -> None:
        """Use a cache that ends with this run, and no other."""
        self.shared = None
        self.__dict__["cache"] = self.__dict__["local_cache"] = self._private_cache()
        was_told, self._read_only = self._read_only, not can_write(self._paths.ledger_db)
        if self._read_only and not was_told:
            self._warn(f"what is paid is not recorded: {self._paths.ledger_db} cannot be written; {WRITABLE_HOME}")

    @cached_property
    def cache(self) -> CompletionCache:
        """The user's cache, before the one that is shared, if there is one."""
        return self.local_cache if self.shared is None else self.shared.over(self.local_cache, keeps=True)

    @cached_property
    def local_cache(self) -> CompletionCache:
        """The user's cache here; where it cannot be written it is read, and completions are printed anyway.

        StoreError if a home that can be written holds one that cannot be opened: each run would pay again.
        """
        self.recover()
        try:
            cache = SqliteCache(self._paths.cache_db)
        except DiskFullError as error:
            self.unwritable = error
            return LayeredCache(NoCache())
        except StoreUnwritableError as error:
            if can_write(self._paths.ledger_db):
                raise StoreError(f"{error}; `--cache off` does without it") from error
            self._read_only = True
            self._alert(f"completions and their cost are not kept, and a rerun pays for them again: {error}")
            return LayeredCache(NoCache())
        writable = can_write(cache.path)  # whether its permissions allow writing
        if writable and not cache.read_only:
            return cache
        if writable:  # there is no room
            self.unwritable = DiskFullError(f"{cache.path} cannot be written: {ROOM}")
        else:
            self._read_only = True
            unrecorded = "" if can_write(self._paths.ledger_db) else ", and their cost is not recorded"
            self._warn(
                f"{cache.path} cannot be written: completions in it can be used, new ones are printed but not "
                f"kept{unrecorded}; {WRITABLE_HOME}"
            )
        return LayeredCache(cache)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be kept from the outset, which `cache` has warned of."""
        return bool(self.local_cache) and self._read_only

    def writer_cache(self) -> Callable[[], CompletionCache]:
        """Return a function that opens the cache for the writer: a connection belongs to one thread."""
        cache = self.local_cache
        if isinstance(cache, LayeredCache):
            cache.own = self._private_cache()
            cache = cache.own
        path = cache.path if isinstance(cache, SqliteCache) else None
        shared = self.shared
        if shared is None:
            return lambda: cache if path is None else SqliteCache(path)
        _ = shared.server  # opened in the thread that prints what it has to say
        return lambda: shared.over(cache if path is None else SqliteCache(path), keeps=False)

    @cached_property
    def cache_file(self) -> CacheFile:
        """The cache's file for its administration; StoreError if it cannot be opened."""
        from scrimp.store.cache_file import CacheFile  # for `scrimp cache` alone

        self.recover()
        return CacheFile(self._paths.cache_db)

    def recover(self, keys: AbstractSet[bytes] = frozenset()) -> int:
        """Commit what killed runs left in their journals; return how many of their calls were lost.

        Of these keys, what runs that live have answered is cached as well.
        """
        if not self._journals():
            return 0
        from scrimp.flows.stores.recovery import recover, take_completions  # few runs die

        try:
            lost = recover(self._paths, self._warn, self.share_recovered)
            take_completions(self._paths, self._living, keys)
        except StoreError as error:
            self._warn(f"the journal of a killed run cannot be recovered now: {error}")
            self.unwritable = error  # its completions would be paid for again
            return 0
        return lost

    @cached_property
    def _living(self) -> LivingJournals:
        from scrimp.store.journal_recovery import LivingJournals  # as above

        return LivingJournals(self._paths.ledger_db.parent, self._run)

    def share_recovered(self, completions: Sequence[CachedCompletion]) -> None:
        """Give other machines what a killed run had answered, where they share a cache with this one."""
        if self.shared is not None:
            self.shared.take_recovered(completions)

    def recover_others(self, keys: AbstractSet[bytes]) -> bool:
        """Commit what runs that were killed meanwhile left, and cache what they have answered of these keys.

        Return whether there is a journal of another run.
        """
        if self._journals() <= {self._run}:
            return False
        self.recover(keys)
        return True

    def _journals(self) -> set[str]:
        """Return the runs that have a journal in the home."""
        try:
            names = os.listdir(self._paths.ledger_db.parent)  # noqa: PTH208 - for each group of calls
        except OSError:  # a directory that is not there, or that we may not look into: opening a store will report it
            return set()
        return {name.rpartition("-")[0].removeprefix(_JOURNAL) for name in names if name.startswith(_JOURNAL)}

    def _private_cache(self) -> CompletionCache:
        from scrimp.store.files.run_folder import RunFolder, keep_folder  # only where there is a private cache

        try:
            if self.folder is not None:
                keep_folder(self.folder)
                return SqliteCache(self.folder / "cache.db")
            self._run_folders.append(RunFolder())
            return SqliteCache(self._run_folders[-1].path / "cache.db")
        except (OSError, StoreUnwritableError):  # no directory can be written, or there is no room in any
            return MemoryCache()
