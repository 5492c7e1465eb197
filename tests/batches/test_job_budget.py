"""Jobs of batches under a budget that runs share: what may be billed never passes it, by the count of the servers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from batch_servers import COMPLETED, RUNNING, OpenAIBatches
from batches.conftest import CONFIG
from command import Scrimp
from fork_server import ForkServer
from redis_server import RedisServer, redis_server

MOST = Decimal("0.0001")  # at least so much is held for a call
ROWS = 7
Home = Callable[..., Scrimp]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server("--appendonly", "yes") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, forks: ForkServer, server: OpenAIBatches, redis: RedisServer) -> Home:
    def new(name: str, patience: str = "30s") -> Scrimp:
        folder = tmp_path / name
        folder.mkdir()
        scrimp = Scrimp(folder, forks)
        scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
        shared = f'[shared]\nlimits = "{redis.url}"\npatience = "{patience}"\ntimeout = 30\n'
        scrimp.config(CONFIG.format(url=server.url) + shared)
        scrimp.file("rows.txt", "".join(f"prompt {name} {number}\n" for number in range(ROWS)))
        return scrimp

    return new


def words(cap: str) -> tuple[str, ...]:
    return ("rows.txt", "--model", "fake/small", "--max-output", "5", "--budget", "nightly", "--max-cost", cap)


def told(scrimp: Scrimp) -> tuple[Decimal, Decimal]:
    """What was spent of the budget, and what may be spent yet, as the server has it."""
    shown = json.loads(scrimp("cost", "budget", "nightly", "--json").out, parse_float=Decimal)
    return Decimal(shown["spent_usd"]), Decimal(shown["may_spend_usd"])


def paid(scrimp: Scrimp) -> Decimal:
    if not (scrimp.home / "ledger.db").exists():
        return Decimal(0)
    dollars = scrimp.paid_calls()[1]
    return Decimal(dollars.numerator) / dollars.denominator


def sent(server: OpenAIBatches) -> int:
    return sum(len(batch.items) for batch in server.batches.values())


def test_a_job_holds_what_its_batches_can_cost_and_gives_back_what_they_did_not(
    home: Home, server: OpenAIBatches
) -> None:
    a = home("a")
    server.script = [RUNNING, COMPLETED]
    ran = a("batch", "submit", *words("0.0006"))
    assert ran.status == 0, ran.err
    spent, may_spend = told(a)
    assert spent == 0
    assert sent(server) * MOST < may_spend <= Decimal("0.0006")
    assert 0 < sent(server) < ROWS
    before = sent(server)
    a("batch", "submit", *words("0.0006"))  # what is on its way takes up as much as before
    assert sent(server) == before
    live = home("b")("run", *words("0.0006"))  # what is held is not waited for
    assert (live.status, server.live_prompts) == (5, [])
    assert "or by batches" in live.err
    ran = a("run", *words("0.0006"), "--batch")
    assert ran.status == 0, ran.err
    assert sum(server.billed.values()) == sent(server) == ROWS
    assert told(a) == (paid(a), 0)


def test_while_batches_are_waited_for_a_job_holds_no_more_than_they_can_cost(
    home: Home, server: OpenAIBatches, redis: RedisServer
) -> None:
    held: list[Decimal] = []

    def look() -> None:
        told = redis.client.hget("scrimp:budget:{nightly}", "committed")
        held.append(Decimal(int(cast("bytes", told))) / 10**9)

    server.before["poll"] = look
    ran = home("a")("run", *words("1"), "--batch")
    assert ran.status == 0, ran.err
    assert ROWS * MOST <= max(held) < 2 * ROWS * MOST


def test_jobs_and_live_runs_on_two_machines_never_pass_the_cap_together(home: Home, server: OpenAIBatches) -> None:
    cap = "0.0007"
    a, b = home("a"), home("b")
    for scrimp, way in ((a, ["--batch"]), (b, []), (b, ["--batch"])):
        ran = scrimp("run", *words(cap), *way)
        assert ran.status in (0, 5), ran.err
        billed = paid(a) + paid(b)
        assert billed <= Decimal(cap)
        spent, may_spend = told(a)
        assert 0 <= spent - billed < Decimal("1e-9") * 20  # a call is rounded up to a nanodollar
        assert may_spend == 0
    assert billed > Decimal(cap) * 2 / 3
    assert sum(server.billed.values()) == a.paid_calls()[0] + b.paid_calls()[0]
    assert server.paid_twice == []


def test_what_a_machine_that_never_comes_back_has_sent_stays_counted(
    home: Home, server: OpenAIBatches, redis: RedisServer
) -> None:
    a, b = home("a"), home("b")
    server.script = [RUNNING]
    a("batch", "submit", *words("0.0006"))
    held = told(b)
    (job,) = (each["job"] for each in json.loads(a("batch", "list", "--json").out))
    assert f"{job}: in batches; scrimp batch fetch JOB gives back" in a("cost", "budget", "nightly").err
    elsewhere = b("cost", "budget", "nightly")
    assert f"{job}: in batches that another home sent" in elsewhere.err
    assert not (b.home / "batches.db").exists(), "a look makes no store"
    before = sent(server)
    redis.kill()
    redis.start()
    ran = b("run", *words("0.0006"), "--batch")
    assert (ran.status, sent(server)) == (5, before), ran.err
    assert "all that share the budget nightly" in ran.err
    assert told(b) == held
    # As a kill leaves it amid a pass: something was asked for, and nothing sent.
    (job,) = (each["job"] for each in json.loads(b("batch", "list", "--json").out))
    key = "scrimp:budget:{nightly}"
    redis.client.hset(key, mapping={f"a:{job}": 100_000, f"s:{job}": 0, f"q:{job}": 1})
    redis.client.hincrby(key, "committed", 100_000)
    b("batch", "cancel", job)
    b("batch", "fetch", job, "-o", "out.jsonl")
    assert told(b) == held


def test_a_server_that_lost_its_data_is_told_again_what_a_job_holds(
    home: Home, server: OpenAIBatches, redis: RedisServer
) -> None:
    a = home("a")
    server.script = [RUNNING]
    a("batch", "submit", *words("1"))
    held = told(a)
    redis.client.flushall()
    ran = a("batch", "fetch", "-o", "out.jsonl")
    assert (ran.status, sent(server)) == (6, ROWS), ran.err
    assert told(a)[1] >= held[1] > 0


def test_a_home_that_cannot_note_what_it_was_told_says_so_and_goes_on(home: Home, server: OpenAIBatches) -> None:
    a = home("a")
    server.script = [RUNNING]
    (a.home / ".budgets.json.lock").mkdir()  # in the place of a file
    ran = a("batch", "submit", *words("1"))
    assert (ran.status, sent(server)) == (0, ROWS), ran.err
    assert "should the server forget what was spent of the budget, this home cannot tell it" in ran.err


def test_without_the_server_nothing_is_sent_unless_that_is_allowed(
    home: Home, server: OpenAIBatches, redis: RedisServer
) -> None:
    a = home("a", patience="0s")
    server.script = [RUNNING, COMPLETED]
    redis.kill()
    ran = a("batch", "submit", *words("0.0006"))
    assert sent(server) == 0, ran.err
    ran = a("batch", "submit", *words("0.0006"), "--allow-unshared")
    assert 0 < sent(server) < ROWS
    assert ran.err.count("counts as spent until another command of it ends") == 1
    redis.start()
    ran = a("run", *words("0.0006"), "--batch", "--allow-unshared")
    assert ran.status == 0, ran.err
    assert told(a)[0] > 0


def test_a_job_that_was_sent_without_a_budget_is_not_held_by_one_later(home: Home, server: OpenAIBatches) -> None:
    a = home("a")
    server.script = [RUNNING]
    a("batch", "submit", "rows.txt", "--model", "fake/small", "--max-cost", "1")
    a.config((a.home / "config.toml").read_text() + '[defaults]\nbudget = "nightly"\n')
    ran = a("batch", "fetch", "-o", "out.jsonl")
    assert (ran.status, sent(server)) == (2, ROWS)
    assert "was sent without a budget" in ran.err
