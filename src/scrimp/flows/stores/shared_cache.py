"""Opening the cache of completions on a server, as the config names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from random import random
from typing import TYPE_CHECKING

from scrimp.config.resolved.shared_servers import server_address
from scrimp.config.shared_tables import SharedTable
from scrimp.errors import ConfigError, ServerDownError, ServerRefusedError
from scrimp.flows.stores.shared_servers import server_name
from scrimp.shared.connection import SharedServer, has_redis
from scrimp.shared.two_levels import TwoLevelCache
from scrimp.store.cache import SqliteCache
from scrimp.units import parse_duration

if TYPE_CHECKING:
    from scrimp.config.resolved.api_keys import KeyRing
    from scrimp.shared.cache_server import CacheServer
    from scrimp.shared.response_cache import ResponseCache
    from scrimp.store.completion_cache import CachedCompletion, CompletionCache

_MEANWHILE = "rows are called for as without a shared cache, and completions are kept on this machine"


def open_cache_server(
    table: SharedTable, keys: KeyRing, warn: Callable[[str], None], installed: Callable[[], bool] = has_redis
) -> SharedServer:
    """Return the server that the config names; ConfigError if it cannot be used."""
    address = server_address("cache", table.cache, table.cache_env, keys.variable)
    if address is None:
        raise ConfigError("no server is set: set [shared] cache to redis://HOST:PORT/0")
    name = server_name("cache", address, keys, installed)
    return SharedServer(address, name=name, warn=warn, meanwhile=_MEANWHILE, timeout=table.timeout)


class SharedCache:
    """The completions of the config's server, opened when they are first asked for."""

    def __init__(self, table: SharedTable, keys: Callable[[], KeyRing], warn: Callable[[str], None]) -> None:
        self.local_too = table.cache_local
        self._table, self._keys, self._warn = table, keys, warn

    @cached_property
    def server(self) -> SharedServer:
        """The server; it is asked when the first request is made of it."""
        return open_cache_server(self._table, self._keys(), self._warn)

    @cached_property
    def completions(self) -> ResponseCache:
        """What it has."""
        from scrimp.shared.response_cache import ResponseCache  # only where a server is asked

        ttl = parse_duration(self._table.cache_ttl, "cache_ttl")
        return ResponseCache(self.server, ttl=ttl, random_fraction=random)

    def over(self, local: CompletionCache, *, keeps: bool) -> TwoLevelCache:
        """Return this below a cache of this machine, for one thread; where that `keeps`, what it has is kept there."""
        keep = local.import_many if keeps and self.local_too and isinstance(local, SqliteCache) else None
        return TwoLevelCache(local, lambda: self.completions, local_too=self.local_too, keep=keep, warn=self._warn)

    def take_recovered(self, completions: Sequence[CachedCompletion]) -> None:
        """Give the server what a killed run had answered and it does not have; else that is on this machine alone."""
        try:
            self.completions.put_completions(completions, only_new=True)
        except ConfigError as error:  # a command that asks no server otherwise goes on
            self._warn(f"what a killed run had answered is kept on this machine alone: {error}")
        except (ServerDownError, ServerRefusedError):  # reported by the server's own object
            pass

    @property
    def administration(self) -> CacheServer:
        """What counts, lists and removes it."""
        from scrimp.shared.cache_server import CacheServer  # for `scrimp cache` alone

        return CacheServer(self.server, self.completions)

    def close(self) -> None:
        """Close the connections."""
        if "server" in self.__dict__:  # opened
            self.server.close()
