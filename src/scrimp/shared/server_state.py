"""What a server says of itself, and whether it will go on taking completions, or counting what was spent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scrimp.errors import ServerRefusedError
from scrimp.units import format_megabytes

if TYPE_CHECKING:
    from redis import Redis

    from scrimp.shared.connection import SharedServer

_FULL = 0.95  # share of its memory
_KEEPS_ALL = "noeviction"


def server_state(server: SharedServer, clock: Callable[[], float] = time.perf_counter) -> str:
    """Return the version, speed and memory of a server; ServerRefusedError where it is too full to be of use."""
    introduction, facts = _introduction(server, clock)
    memory, most, policy = _memory(facts)
    if most and policy == _KEEPS_ALL:
        if _is_full(facts):
            raise ServerRefusedError(
                f"{server.name} is full ({memory}), so it takes no more completions: set its maxmemory-policy to "
                "allkeys-lfu, or give it more memory"
            )
        memory += ": when it is full it will take no more completions; with allkeys-lfu it drops unused ones"
    elif policy.startswith("volatile-") and most:
        memory += ": when it is full it drops completions, and keys of others that expire, before keys that do not"
    return f"{introduction}, {memory}"


def limits_state(server: SharedServer, clock: Callable[[], float] = time.perf_counter) -> str:
    """Return the version, speed and memory of a server that counts; ServerRefusedError where it is too full."""
    introduction, facts = _introduction(server, clock)
    memory, most, policy = _memory(facts)
    if most and policy == _KEEPS_ALL and _is_full(facts):
        raise ServerRefusedError(f"{server.name} is full ({memory}), so it no longer counts: give it more memory")
    if most and policy != _KEEPS_ALL:
        memory += ": when it is full it may forget what was spent of a budget; with noeviction it does not"
    kept = (
        "it keeps its data"
        if int(facts.get("aof_enabled", 0))
        else "it forgets what was spent since its last snapshot when it ends: set its appendonly to yes"
    )
    return f"{introduction}, {memory}; {kept}"


def _introduction(server: SharedServer, clock: Callable[[], float]) -> tuple[str, Mapping[str, Any]]:
    """Return who it is and how soon it answers, and all it says of itself."""
    server.ask(_ping)  # which connects
    began = clock()
    server.ask(_ping)
    seconds = clock() - began
    facts: Mapping[str, Any] = server.ask(_info)
    product = "Valkey" if "valkey_version" in facts else "Redis"
    version = facts.get("valkey_version") or facts.get("redis_version") or "of unknown version"
    return f"{server.name}, {product} {version}, answers in {seconds * 1000:.1f} ms", facts


def _memory(facts: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return its memory in words, the limit of it in bytes, 0 for none, and what it does when that is reached."""
    used, most = int(facts.get("used_memory", 0)), int(facts.get("maxmemory", 0))
    policy = str(facts.get("maxmemory_policy", _KEEPS_ALL))
    said = f"{format_megabytes(used)} used" + (f" of {format_megabytes(most)}, {policy}" if most else ", no limit")
    return said, most, policy


def _is_full(facts: Mapping[str, Any]) -> bool:
    return int(facts.get("used_memory", 0)) > _FULL * int(facts.get("maxmemory", 0))


def _ping(client: Redis) -> object:
    return client.ping()


def _info(client: Redis) -> Mapping[str, Any]:
    server: Any = client.info("server")
    memory: Any = client.info("memory")
    persistence: Any = client.info("persistence")
    return {**server, **memory, **persistence}
