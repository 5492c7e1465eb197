"""What a server says of itself, and whether it will go on taking completions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scrimp.errors import ServerRefusedError
from scrimp.units import format_megabytes

if TYPE_CHECKING:
    from redis import Redis

    from scrimp.shared.connection import SharedServer

_FULL = 0.95  # of its memory
_KEEPS_ALL = "noeviction"


def server_state(server: SharedServer, clock: Callable[[], float] = time.perf_counter) -> str:
    """Return the version, speed and memory of a server; ServerRefusedError where it is too full to be of use."""
    server.ask(_ping)  # which connects
    began = clock()
    server.ask(_ping)
    seconds = clock() - began
    facts: Mapping[str, Any] = server.ask(_info)
    product = "Valkey" if "valkey_version" in facts else "Redis"
    version = facts.get("valkey_version") or facts.get("redis_version") or "of unknown version"
    used, most = int(facts.get("used_memory", 0)), int(facts.get("maxmemory", 0))
    policy = str(facts.get("maxmemory_policy", _KEEPS_ALL))
    memory = f"{format_megabytes(used)} used" + (f" of {format_megabytes(most)}, {policy}" if most else ", no limit")
    if most and policy == _KEEPS_ALL:
        if used > _FULL * most:
            raise ServerRefusedError(
                f"{server.name} is full ({memory}), so it takes no more completions: set its maxmemory-policy to "
                "allkeys-lfu, or give it more memory"
            )
        memory += ": when it is full it will take no more completions; with allkeys-lfu it drops those that nobody uses"
    elif policy.startswith("volatile-") and most:
        memory += ": when it is full it drops completions, and keys of others that expire, before keys that do not"
    return f"{server.name}, {product} {version}, answers in {seconds * 1000:.1f} ms, {memory}"


def _ping(client: Redis) -> object:
    return client.ping()


def _info(client: Redis) -> Mapping[str, Any]:
    server: Any = client.info("server")
    memory: Any = client.info("memory")
    return {**server, **memory}
