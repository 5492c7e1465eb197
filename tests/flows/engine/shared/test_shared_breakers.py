from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import pytest

from redis_server import RedisServer, redis_server
from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.flows.engine.shared.breakers import SharedBreakers
from scrimp.shared.breaker_states import EXCHANGE, BreakerServer, OpenBreaker
from scrimp.shared.connection import SharedServer
from scrimp.shared.script import Script
from scrimp.transport.limits.circuit_breaker import OPENS_AFTER
from scrimp.transport.limits.health import ProviderHealth
from scrimp.values import Completion, Failure

MODEL = ("acme", "m")
BUSY = Failure(kind="server", message="secret words of the provider", http=503)
Opens = Callable[[str], BreakerServer]
# The exchange of a server whose clock stands still.
STANDING = Script(EXCHANGE.replace("redis.call('TIME')", "{'1800000000', '0'}"))
UNREACHED = Failure(kind="network", message="no route to the host")
ANSWER = Completion(text="yes", model="m", usage=None, stop_reason="stop")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


class Run:
    """One run's view of its providers, at a time that the test sets."""

    def __init__(self, server: Opens, name: str, said: list[str]) -> None:
        self.now = 1000.0
        self.health = ProviderHealth(lambda: self.now)
        self.breakers = SharedBreakers(
            server(name), self.health, name, lambda provider, model: f"key-of-{provider}:{model}", said.append,
            every=0.01,
        )  # fmt: skip
        self.health.admit(*MODEL)

    def finds(self, result: Completion | Failure, times: int = 1) -> None:
        for _ in range(times):
            began = self.health.admit(*MODEL)
            self.health.observe(*MODEL, result, began if isinstance(began, float) else self.now)

    @property
    def ready(self) -> bool:
        return self.health.ready(*MODEL)


@contextmanager
def breaker_server(redis: RedisServer) -> Iterator[Opens]:
    server = SharedServer(redis.url, name="the server", warn=lambda _: None, meanwhile="", timeout=30)
    yield partial(BreakerServer, server, script=STANDING)
    server.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(100):
        while not true():  # noqa: ASYNC110 - a thread brings it about, with no event
            await asyncio.sleep(0.01)


def test_a_model_that_one_run_finds_failing_is_left_alone_by_the_others_until_it_answers(redis: RedisServer) -> None:
    async def main(server: Opens) -> None:
        one, other = Run(server, "one", []), Run(server, "other", [])
        one.finds(BUSY, OPENS_AFTER)
        await until(lambda: not other.ready)
        trouble = other.health.trouble(*MODEL)
        assert trouble is not None
        assert (trouble.kind, trouble.http) == ("server", 503)
        assert trouble.message == "acme/m fails in another run (status 503)"
        one.now += 60
        one.finds(ANSWER)
        await until(lambda: other.ready)
        other.finds(ANSWER)
        assert other.health.trouble(*MODEL) is None
        await one.breakers.close()
        await other.breakers.close()

    with breaker_server(redis) as server:
        asyncio.run(main(server))
    assert not list(redis.client.scan_iter())


def test_a_run_that_waits_for_the_probe_of_another_waits_longer_when_that_fails(redis: RedisServer) -> None:
    async def main(server: Opens) -> None:
        one, other = Run(server, "one", []), Run(server, "other", [])
        one.finds(BUSY, OPENS_AFTER)
        await until(lambda: not other.ready)
        one.now += 1.1  # its cool-down is over, and that of the other run is not yet
        other.now += 1.1
        assert one.ready
        assert not other.ready
        one.finds(BUSY)  # for three seconds more
        other.now += 2
        await until(lambda: not other.ready)
        await one.breakers.close()
        await other.breakers.close()

    with breaker_server(redis) as server:
        asyncio.run(main(server))


def test_where_the_run_that_found_it_ends_one_of_the_others_probes(redis: RedisServer) -> None:
    async def main(server: Opens) -> None:
        one, *others = (Run(server, name, []) for name in ("one", "other", "third"))
        one.finds(BUSY, OPENS_AFTER)
        await until(lambda: not any(each.ready for each in others))
        await one.breakers.close()
        (key,) = redis.client.scan_iter()
        redis.client.hset(key, "at", "0")  # its time is long over
        await until(lambda: any(each.ready for each in others))
        assert [each.ready for each in others].count(True) == 1
        redis.client.hset(key, "at", "0")  # and so is that of its turn
        late = Run(server, "late", [])
        await until(lambda: late.health.trouble(*MODEL) is not None)
        for each in (*others, late):
            await each.breakers.close()

    with breaker_server(redis) as server:
        asyncio.run(main(server))


def test_a_machine_without_a_network_tells_nothing_about_the_provider() -> None:
    told: list[Mapping[str, OpenBreaker | None]] = []

    class Noting:
        def exchange(
            self, names: Sequence[str], news: Mapping[str, OpenBreaker | None], probing: Sequence[str]
        ) -> dict[str, OpenBreaker]:
            told.append(news)
            return {}

    async def main() -> None:
        run = Run(lambda _: Noting(), "one", [])  # type: ignore[arg-type,return-value]  # it takes news like the server
        run.finds(UNREACHED, OPENS_AFTER)
        assert not run.ready
        await until(lambda: len(told) > 2)
        assert not any(told)
        await run.breakers.close()

    asyncio.run(main())


def test_without_the_server_each_run_finds_out_for_itself_and_tells_it_later() -> None:
    class Failing:
        down, told = True, list[Mapping[str, OpenBreaker | None]]()

        def exchange(
            self, names: Sequence[str], news: Mapping[str, OpenBreaker | None], probing: Sequence[str]
        ) -> dict[str, OpenBreaker]:
            if self.down:
                raise ServerDownError("the server is down")
            self.told.append(news)
            return {}

    async def main() -> None:
        server, said = Failing(), list[str]()
        run = Run(lambda _: server, "one", said)  # type: ignore[arg-type,return-value]  # as above
        run.finds(BUSY, OPENS_AFTER)
        await until(lambda: bool(said))
        server.down = False
        await until(lambda: any(server.told))
        assert len(said) == 1
        await run.breakers.close()

    asyncio.run(main())


def test_what_another_version_tells_is_passed_over(redis: RedisServer) -> None:
    with breaker_server(redis) as server:
        kept = '{"run": "r", "kind": "of a later version"}'
        redis.client.hset("scrimp:breaker:name", mapping={"run": "r", "at": "9999999999999", "kept": kept})
        assert server("one").exchange(["name"], {}) == {}


def test_of_many_runs_one_probes_where_the_one_that_found_it_is_gone(redis: RedisServer) -> None:
    with breaker_server(redis) as server:
        others = [server(name) for name in "abc"]
        found = OpenBreaker(run="gone", kind="server", http=503, given_up=False, seconds=0.001)
        server("gone").exchange(["name"], {"name": found})
        redis.client.hset("scrimp:breaker:name", "at", "0")  # its time is long over
        for probing in ([], ["name"]):
            states = [each.exchange(["name"], {}, probing)["name"] for each in others]
            assert [state.run for state in states] == ["a", "a", "a"]
            assert all(state.seconds > 2 for state in states)
        redis.client.hset("scrimp:breaker:name", "at", "0")  # it has not probed either
        assert [each.exchange(["name"], {})["name"].run for each in others[1:]] == ["b", "b"]
        assert others[1].exchange(["name"], {"name": None}) == {}


@pytest.mark.parametrize("at", ["nan", "inf", "1e300", "abc", "99999999999999"])
def test_a_moment_that_no_run_tells_is_not_heeded(redis: RedisServer, at: str) -> None:
    kept = b'{"run":"other","kind":"server","http":500,"given_up":true}'
    redis.client.hset("scrimp:breaker:key:m", mapping={"run": b"\xff", "at": at, "kept": kept})

    with breaker_server(redis) as server:
        if at == "abc":
            with pytest.raises(ServerRefusedError):
                server("run").exchange(["key:m"], {})
        else:
            assert server("run").exchange(["key:m"], {}) == {}
