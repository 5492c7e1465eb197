"""Machines that share a cache on a real server: each has a home and so lock files and a local cache of its own."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from command import Ran, Scrimp, wait_until
from fake_provider import FakeProvider, completion
from fork_server import ForkServer
from outcomes import answer
from redis_server import RedisServer, redis_server, slow_proxy
from scrimp.store.cache import SqliteCache
from scrimp.store.encoding.journal_records import SettledRow
from scrimp.values import Entry

PASSWORD = "hunter2-of-the-server"
ROWS = 40
ALONE = "cache_local = false\ntimeout = 30"  # without the cache of the machine itself
PAID = Entry(
    call="c", run="r", time=1.0, provider="fake", model="m", status="paid", seconds=0.0, cost=Decimal(0), key="6b" * 32
)  # fmt: skip
Machine = Callable[..., Scrimp]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, forks: ForkServer, provider: FakeProvider, redis: RedisServer) -> Machine:
    def new(name: str, more: str = "timeout = 30", url: str = redis.url) -> Scrimp:
        folder = tmp_path / name
        folder.mkdir()
        scrimp = Scrimp(folder, forks)
        scrimp.provider(provider.url, more=f'[shared]\ncache = "{url}"\n{more}')
        scrimp.file("in.jsonl", "".join(f'{{"text": "row {number}"}}\n' for number in range(ROWS)))
        return scrimp

    return new


def uses(ran: Ran) -> dict[str, int]:
    assert all(row["output"] == f"echo: {row['input']['text']}" for row in ran.rows)
    return dict(Counter(row["cache"] for row in ran.rows))


def cached_here(scrimp: Scrimp) -> int:
    with closing(sqlite3.connect(scrimp.home / "cache.db")) as db:
        (count,) = db.execute("SELECT count(*) FROM cache").fetchone()
    return int(count)


def start(scrimp: Scrimp, *words: str) -> subprocess.Popen[bytes]:
    return scrimp.start("run", *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> Ran:
    out, err = process.communicate(timeout=100)
    return Ran(process.returncode, out.decode(), err.decode())


def warnings(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if line.startswith("scrimp: warning: ")]


def test_what_one_machine_has_paid_for_another_does_not_pay_for(machine: Machine, provider: FakeProvider) -> None:
    first, second = machine("a")("run", "in.jsonl"), machine("b")("run", "in.jsonl")

    assert (first.status, second.status, len(provider.bodies)) == (0, 0, ROWS)
    assert (uses(first), uses(second)) == ({"miss": ROWS}, {"hit": ROWS})
    assert warnings(first) + warnings(second) == []


def test_what_came_from_the_server_is_in_the_local_cache_from_then_on(machine: Machine, redis: RedisServer) -> None:
    machine("a")("run", "in.jsonl")
    b = machine("b")
    b("run", "in.jsonl")
    redis.kill()
    again = b("run", "in.jsonl")

    assert uses(again) == {"hit": ROWS}
    assert warnings(again) == []  # nobody asked the server


def test_what_a_killed_run_had_answered_other_machines_do_not_pay_for(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a, b = machine("a"), machine("b")
    a("run", "in.jsonl")
    with closing(sqlite3.connect(a.home / "cache.db")) as db:
        keys = [key for (key,) in db.execute("SELECT key FROM cache")]
    with closing(SqliteCache(a.home / "cache.db")) as cache:
        answered = cache.get_many(keys)
    # As a kill leaves a home whose stores were not written yet, and whose server was not told.
    for name in ("cache.db", "ledger.db"):
        (a.home / name).unlink()
    redis.client.flushall()
    rows = [
        SettledRow((replace(PAID, call=key.hex(), key=key.hex()),), 1.0, key.hex(), cached.answer)
        for key, cached in answered.items()
    ]
    (a.home / "in-flight-r-1.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))

    assert a("cost").status == 0
    assert uses(b("run", "in.jsonl")) == {"hit": ROWS}
    assert len(provider.bodies) == ROWS


def test_what_a_killed_run_had_answered_stays_here_where_the_server_is_down(
    machine: Machine, redis: RedisServer
) -> None:
    a = machine("a")
    row = SettledRow((PAID,), 1.0, PAID.key, answer("kept"))
    (a.home / "in-flight-r-1.jsonl").write_bytes(msgspec.json.encode(row) + b"\n")
    redis.kill()
    ran = a("cost")

    assert (ran.status, cached_here(a), len(warnings(ran))) == (0, 1, 1)
    assert f"{redis.url} cannot be reached" in ran.err


def test_without_the_local_cache_completions_are_on_the_server_alone(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a, b = machine("a", ALONE), machine("b", ALONE)
    ran = [a("run", "in.jsonl"), a("run", "in.jsonl"), b("run", "in.jsonl")]

    assert [uses(each) for each in ran] == [{"miss": ROWS}, {"hit": ROWS}, {"hit": ROWS}]
    assert (cached_here(a), cached_here(b)) == (0, 0)
    redis.kill()
    a.file("more.jsonl", '{"text": "another"}\n')
    assert a("run", "more.jsonl").status == 0
    assert cached_here(a) == 1
    assert uses(a("run", "more.jsonl")) == {"hit": 1}
    assert len(provider.bodies) == ROWS + 1


def test_four_machines_at_once_call_for_no_row_twice(machine: Machine, provider: FakeProvider) -> None:
    provider.delay = 0.05
    processes = []
    for number in range(4):  # each row is in two of them
        scrimp = machine(f"m{number}", ALONE if number == 3 else "timeout = 30")
        rows = [(number * ROWS + row) % (4 * ROWS) for row in range(2 * ROWS)]
        scrimp.file("rows.jsonl", "".join(f'{{"text": "row {row}"}}\n' for row in (rows if number % 2 else rows[::-1])))
        processes.append(start(scrimp, "rows.jsonl", "-j", "8"))
    ran = [ended(process) for process in processes]

    assert [each.status for each in ran] == [0] * 4, "".join(each.err for each in ran)
    assert len(provider.bodies) == len(set(provider.prompts)) == 4 * ROWS
    assert sum((Counter(uses(each)) for each in ran), Counter()) == {"miss": 4 * ROWS, "hit": 4 * ROWS}


def test_a_server_that_takes_its_time_is_tried_now_and_then_and_fails_no_row(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    provider.delay = 0.05
    with slow_proxy(redis) as proxy:
        proxy.delay = 5.0
        a = machine("a", "timeout = 0.05", url=proxy.url)
        began = time.monotonic()
        ran = a("run", "in.jsonl", "-j", "1")
        seconds = time.monotonic() - began

    assert (ran.status, uses(ran), cached_here(a)) == (0, {"miss": ROWS}, ROWS)
    (warning,) = warnings(ran)
    assert "did not answer within 0.05 s" in warning
    # Every second, for a timeout that ends the connection; and once more for each thread that asked at the first.
    assert proxy.connections <= seconds + 3


def test_a_machine_takes_over_at_once_what_its_own_killed_run_had_claimed(
    machine: Machine, provider: FakeProvider
) -> None:
    provider.delay = 0.05
    a = machine("a")
    killed = start(a, "in.jsonl", "-j", "4")
    wait_until(lambda: len(provider.bodies) >= 12, run=killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    again = a("run", "in.jsonl")

    assert again.status == 0
    assert "waiting for" not in again.err
    assert ROWS <= len(provider.bodies) <= ROWS + 4


def test_a_server_that_is_not_there_fails_no_row_and_is_said_once(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a = machine("a")
    redis.kill()
    ran = a("run", "in.jsonl")
    (warning,) = warnings(ran)

    assert (ran.status, uses(ran), len(provider.bodies)) == (0, {"miss": ROWS}, ROWS)
    assert f"{redis.url} cannot be reached" in warning
    assert warning.endswith("rows are called for as without a shared cache, and completions are kept on this machine")
    assert uses(a("run", "in.jsonl")) == {"hit": ROWS}


def test_a_server_that_goes_and_comes_back_empty_loses_and_fails_no_row(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a = machine("a")
    provider.delay, go_on = 0.15, provider.hold(after=8)
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(a.amid, "run", "in.jsonl", "-j", "2", prepared="asks_again")
        wait_until(lambda: len(provider.bodies) > 8)
        redis.kill()
        first, go_on = go_on, provider.hold(after=16)
        first.set()
        wait_until(lambda: len(provider.bodies) > 16)
        redis.start()
        go_on.set()
        ran = running.result()

    assert (ran.status, uses(ran), len(provider.bodies)) == (0, {"miss": ROWS}, ROWS)
    assert cached_here(a) == ROWS
    assert len(redis.client.keys("scrimp:cache:*")) == ROWS  # with what was answered before and while it was away
    assert redis.client.keys("scrimp:claim:*") == []


def test_what_was_answered_elsewhere_is_found_by_rows_that_were_looked_up_while_the_server_was_away(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a, b = machine("a"), machine("b")
    b("run", "in.jsonl", "-q")
    completions = {key: redis.client.get(key) for key in redis.client.keys("scrimp:cache:*")}
    redis.kill()
    go_on = provider.hold(after=ROWS)
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(a.amid, "run", "in.jsonl", "-j", "1", prepared="asks_again")
        wait_until(lambda: len(provider.bodies) > ROWS)
        redis.start()
        redis.client.mset(completions)
        time.sleep(1.1)  # from then on it is asked again
        go_on.set()
        ran = running.result()

    assert (ran.status, uses(ran), len(provider.bodies)) == (0, {"miss": 1, "hit": ROWS - 1}, ROWS + 1)


def test_a_full_server_that_refuses_claims_keeps_no_row_waiting(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    redis.client.config_set("maxmemory", 1)
    ran = machine("a")("run", "in.jsonl")

    assert (ran.status, uses(ran), len(provider.bodies)) == (0, {"miss": ROWS}, ROWS)
    assert "refuses" in "".join(warnings(ran))


def test_off_asks_no_server_refresh_pays_again_and_tells_it_only_asks_it(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a, b, c = machine("a"), machine("b"), machine("c")
    assert a("run", "in.jsonl", "--cache", "off").status == 0
    assert redis.client.dbsize() == 0
    assert b("run", "in.jsonl", "--cache", "only").status == 7
    assert b("run", "in.jsonl").status == 0
    created = [redis.client.get(key) for key in sorted(redis.client.keys())]
    assert uses(c("run", "in.jsonl", "--cache", "refresh")) == {"miss": ROWS}

    assert len(provider.bodies) == 3 * ROWS
    again = [redis.client.get(key) for key in sorted(redis.client.keys())]
    assert len(created) == len(again) == ROWS
    assert not set(created) & set(again)
    assert uses(machine("d")("run", "in.jsonl", "--cache", "only")) == {"hit": ROWS}
    assert uses(machine("e")("run", "in.jsonl", "--cache-ttl", "0s")) == {"miss": ROWS}


def test_a_conversation_and_an_estimate_use_it_too(machine: Machine, provider: FakeProvider) -> None:
    machine("a")("run", "in.jsonl")
    b = machine("b")

    estimate = json.loads(b("estimate", "in.jsonl", "--json").out)
    assert estimate["work"]["hits"] == ROWS
    assert b("ask", "row 3").out == "echo: row 3\n"
    assert len(provider.bodies) == ROWS


def test_the_password_is_in_no_output(machine: Machine, provider: FakeProvider) -> None:
    with redis_server("--requirepass", PASSWORD) as redis:
        right = machine("a", url=redis.url.replace("unix://", f"unix://:{PASSWORD}@"))
        wrong = machine("b", url=redis.url.replace("unix://", f"unix://ada:{PASSWORD}@"))
        provider.answer = lambda _: completion(f"the password is {PASSWORD}")
        ran = [right("run", "in.jsonl", "--limit", "2"), wrong("run", "in.jsonl", "--limit", "2")]
        ran += [each("config", "show") for each in (right, wrong)]
        kept = redis.client.dbsize()

    assert [each.status for each in ran] == [0] * 4
    assert (warnings(ran[0]), kept) == ([], 2)
    (warning,) = warnings(ran[1])
    assert "refuses the user or the password" in warning
    assert [each for each in ran if PASSWORD in each.out + each.err] == []
    assert f'shared.cache = "{redis.url}"' in ran[2].out


def test_the_address_may_be_in_a_variable(machine: Machine, redis: RedisServer, provider: FakeProvider) -> None:
    machine("a")("run", "in.jsonl")
    b = machine("b")
    b.provider(provider.url, more='[shared]\ncache_env = "SCRIMP_REDIS"\ntimeout = 30\n')
    missing = b("run", "in.jsonl")
    b.env["SCRIMP_REDIS"] = redis.url
    found = b("run", "in.jsonl")

    assert (missing.status, missing.out) == (2, "")
    assert "SCRIMP_REDIS, which is not set" in missing.err
    assert (uses(found), warnings(found)) == ({"hit": ROWS}, [])


def test_the_cache_on_the_server_is_counted_exported_imported_and_removed(
    machine: Machine, provider: FakeProvider, redis: RedisServer
) -> None:
    a, b = machine("a"), machine("b")
    a("run", "in.jsonl")
    counted = json.loads(b("cache", "stats", "--shared", "--json").out)
    exported = b("cache", "export", "--shared").out
    key = json.loads(exported.splitlines()[0])["key"]

    assert (counted["rows"], counted["models"]) == (ROWS, {"test-model": ROWS})
    assert sorted(exported.splitlines()) == sorted(a("cache", "export").out.splitlines())
    assert b("cache", "get", "--shared", key).rows[0]["key"] == key
    assert b("cache", "rm", "--shared", key).out == "removed 1\n"
    assert b("cache", "prune", "--shared", "--older", "0s").out == f"removed {ROWS - 1}\n"
    assert redis.client.dbsize() == 0
    b.file("cache.jsonl", exported)
    assert b("cache", "import", "--shared", "cache.jsonl").out == f"imported {ROWS}\n"
    assert uses(machine("c")("run", "in.jsonl")) == {"hit": ROWS}
    assert json.loads(b("cache", "stats", "--json").out)["rows"] == 0


@pytest.mark.parametrize("words", [("stats",), ("export",), ("get", "00"), ("rm", "00"), ("prune",)])
def test_a_shared_cache_that_is_not_there_is_a_sentence(
    machine: Machine, redis: RedisServer, scrimp: Scrimp, words: tuple[str, ...]
) -> None:
    redis.kill()
    away, none = machine("a")("cache", *words, "--shared"), scrimp("cache", *words, "--shared")

    assert (away.status, none.status, away.out, none.out) == (2, 2, "", "")
    assert f"scrimp: {redis.url} cannot be reached" in away.err
    assert "scrimp: there is no shared cache: set [shared] cache" in none.err


def test_doctor_asks_the_server(machine: Machine, redis: RedisServer) -> None:
    a = machine("a")
    well = a("doctor")
    redis.kill()
    ill = a("doctor")

    assert (well.status, ill.status) == (0, 2)
    assert f"ok     shared cache: {redis.url}, {redis.product} " in well.out
    assert f"broken shared cache: {redis.url} cannot be reached" in ill.out
