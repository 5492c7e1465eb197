"""Runs that share a budget: whole processes against one Redis and one provider, whose own count is the judge."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from command import Ran, Scrimp, wait_until
from fake_provider import FakeProvider, Reply, completion, fake_provider
from redis_server import RedisServer, redis_server

# By the prices of `Scrimp.provider`, 1 dollar a million tokens in and 10 out: a call with 1,000 tokens in and 2 out.
COST = Decimal("0.001020")
OUTPUT = 20  # the most tokens out
HANGING = 8  # calls that are in flight when their run is killed
LASTS = ("--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server(*LASTS) as running:
        yield running


class Billing:
    """A provider that bills COST for each call, and answers none for a prompt that waits until it may."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.hanging = 0

    def answer(self, body: dict[str, Any]) -> Reply:
        prompt = body["messages"][-1]["content"]
        if prompt.startswith("hang"):
            self.hanging += 1
            self.may_go_on.wait(100)
        return completion(prompt[:10], prompt_tokens=1000)


@pytest.fixture
def billing() -> Iterator[Billing]:
    shown = Billing()
    yield shown
    shown.may_go_on.set()


@pytest.fixture
def provider(billing: Billing) -> Iterator[FakeProvider]:
    with fake_provider(billing.answer) as running:
        yield running
        billing.may_go_on.set()


def home(tmp_path: Path, name: str, provider: FakeProvider, server: str, *, patience: str = "30s") -> Scrimp:
    folder = tmp_path / name
    folder.mkdir()
    scrimp = Scrimp(folder)
    scrimp.provider(provider.url, more=f'[shared]\nlimits = "{server}"\npatience = "{patience}"\ntimeout = 30\n')
    return scrimp


def rows(scrimp: Scrimp, name: str, many: int, *, hanging: int = 0) -> list[str]:
    """Return the words of a command for so many rows; the last ones hang."""
    words = [f"{'hang' if row >= many - hanging else 'row'} {name} {row} " + "word " * 180 for row in range(many)]
    path = scrimp.file(f"{name}.lines", "\n".join(words))
    return [
        "run", str(path), "--format", "lines", "--budget", "nightly", "--max-output", str(OUTPUT), "--progress", "none",
        "-o", f"{name}.jsonl", "--summary", "none", "--max-cost",
    ]  # fmt: skip


def start(scrimp: Scrimp, words: list[str]) -> subprocess.Popen[bytes]:
    return scrimp.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def end(run: subprocess.Popen[bytes]) -> Ran:
    _, err = run.communicate(timeout=120)
    return Ran(run.returncode, "", err.decode())


def largest_bound(*homes: Scrimp) -> Decimal:
    """The most that one of the prompts can cost: each byte a token, and as many again as roles could be."""
    texts = [text for each in homes for path in each.cwd.glob("*.lines") for text in path.read_text().split("\n")]
    return Decimal(max(map(len, texts)) + 128 + 10 * OUTPUT) / 1_000_000


def billed(provider: FakeProvider) -> Decimal:
    return len(provider.bodies) * COST


def beyond_what_is_known(scrimp: Scrimp) -> Decimal:
    """What the lost calls of a home may have cost more than others, by its ledger."""
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        ((calls, tokens_in, tokens_out),) = db.execute(
            "SELECT count(*), sum(most_input), sum(most_output) FROM entries WHERE status = 'lost'"
        ).fetchall()
    assert calls >= HANGING
    return Decimal(tokens_in + 10 * tokens_out) / 1_000_000 - calls * COST


def test_four_processes_use_the_cap_up_and_never_pass_it(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider
) -> None:
    cap = Decimal("0.3")
    homes = [home(tmp_path, str(number), provider, redis.url) for number in range(4)]
    runs = [start(each, [*rows(each, f"run{number}", 600), str(cap)]) for number, each in enumerate(homes)]
    ended = [end(run) for run in runs]
    assert {each.status for each in ended} == {5}
    assert cap - largest_bound(*homes) < billed(provider) <= cap
    assert "other runs of the budget nightly" in ended[0].err


def test_what_a_killed_run_did_not_spend_comes_back_and_its_lost_calls_count(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider, billing: Billing
) -> None:
    cap = Decimal("0.12")
    scrimp = home(tmp_path, "home", provider, redis.url)
    killed = start(scrimp, [*rows(scrimp, "killed", 48, hanging=HANGING), str(cap)])
    wait_until(lambda: billing.hanging == HANGING and len(provider.bodies) == 48, run=killed)  # none is unsent
    killed.kill()
    end(killed)
    assert end(start(scrimp, [*rows(scrimp, "next", 100), str(cap)])).status == 5
    assert billed(provider) <= cap
    assert cap - largest_bound(scrimp) < billed(provider) + beyond_what_is_known(scrimp) <= cap


def test_what_another_machine_held_when_it_died_stays_counted_until_that_has_looked(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider, billing: Billing
) -> None:
    cap = Decimal("0.12")
    dying, living = (home(tmp_path, name, provider, redis.url) for name in ("dying", "living"))
    killed = start(dying, [*rows(dying, "killed", 48, hanging=HANGING), str(cap)])
    wait_until(lambda: billing.hanging == HANGING and len(provider.bodies) == 48, run=killed)  # none is unsent
    killed.kill()
    end(killed)
    allowance, seen = held(redis), "scrimp:budget:{nightly}:seen"
    assert allowance >= 40 * COST
    redis.client.zadd(seen, dict.fromkeys(redis.client.zrange(seen, 0, -1), 0))  # it has been silent for a long time
    stopped = end(start(living, [*rows(living, "next", 100), str(cap)]))
    assert "by runs of it that are not heard of any more" in stopped.err
    answered = sum(prompt.startswith("row next") for prompt in provider.prompts)
    assert cap - largest_bound(dying, living) < answered * COST + allowance <= cap
    assert end(start(dying, [*rows(dying, "again", 100), str(cap)])).status == 5
    # Whether any call was left for it depends on how many of its answers the kill kept from the ledger.
    settled = billed(provider) + beyond_what_is_known(dying)
    assert cap - largest_bound(dying, living) < settled <= cap
    told = json.loads(living("cost", "budget", "nightly", "--json").out, parse_float=Decimal)
    assert told == {"spent_usd": settled, "may_spend_usd": 0, "runs": []}


def test_what_a_run_held_stays_counted_where_its_machine_was_started_again(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider, billing: Billing
) -> None:
    scrimp = home(tmp_path, "home", provider, redis.url)
    killed = start(scrimp, [*rows(scrimp, "killed", 9, hanging=HANGING), "1"])
    wait_until(lambda: billing.hanging == HANGING, run=killed)
    killed.kill()
    end(killed)
    (share,) = (scrimp.home / "budget-shares").iterdir()
    share.write_text(json.dumps(json.loads(share.read_text()) | {"boot": "another one"}))
    allowance = held(redis)
    assert allowance > 0
    assert json.loads(scrimp("cost", "budget", "nightly", "--json").out)["runs"]
    assert held(redis) == allowance
    assert not share.exists()


def held(redis: RedisServer) -> Decimal:
    """What runs may spend that have not ended, by the server's own numbers."""
    amounts = redis.client.hgetall("scrimp:budget:{nightly}")
    return Decimal(sum(int(amount) for name, amount in amounts.items() if name.startswith(b"a:"))).scaleb(-9)


def test_a_server_that_is_killed_and_started_again_costs_no_row(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider
) -> None:
    scrimp = home(tmp_path, "home", provider, redis.url)
    run = start(scrimp, [*rows(scrimp, "rows", 600), "0.7"])
    wait_until(lambda: len(provider.bodies) > 50, run=run)
    redis.kill()
    redis.start()
    ended = end(run)
    assert ended.status == 0
    assert len(provider.bodies) == 600


def test_nothing_is_paid_beyond_what_is_held_while_the_server_is_down(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider
) -> None:
    scrimp = home(tmp_path, "home", provider, redis.url, patience="0s")
    go_on = provider.hold(after=50)
    run = start(scrimp, [*rows(scrimp, "rows", 2000), "4"])
    wait_until(lambda: len(provider.bodies) > 50, run=run)
    redis.kill()
    go_on.set()
    ended = end(run)
    assert ended.status == 5
    assert "it is not known what is left of the budget nightly" in ended.err
    assert "this run can spend" in ended.err
    assert billed(provider) < 1
    redis.start()
    assert billed(provider) <= Decimal(int(redis.client.hget("scrimp:budget:{nightly}", "committed"))).scaleb(-9)


def test_a_run_may_go_on_alone_where_the_server_is_down(tmp_path: Path, provider: FakeProvider) -> None:
    scrimp = home(tmp_path, "home", provider, "redis://127.0.0.1:1/0", patience="0s")
    cap = Decimal("0.05")
    assert end(start(scrimp, [*rows(scrimp, "alone", 5), str(cap)])).status == 5
    assert not provider.bodies
    ended = end(start(scrimp, [*rows(scrimp, "rows", 100), str(cap), "--allow-unshared"]))
    assert ended.status == 5
    assert cap - largest_bound(scrimp) < billed(provider) <= cap


def test_a_server_that_forgets_ends_its_runs_and_the_next_begins_with_what_its_home_knows(
    tmp_path: Path, provider: FakeProvider
) -> None:
    cap = Decimal("0.4")
    with redis_server() as redis:
        scrimp = home(tmp_path, "home", provider, redis.url)
        go_on = provider.hold(after=100)
        run = start(scrimp, [*rows(scrimp, "rows", 1000), str(cap)])
        wait_until(lambda: len(provider.bodies) > 100, run=run)
        redis.kill()
        redis.start()
        go_on.set()
        ended = end(run)
        assert ended.status == 5
        assert "no longer knows what was spent" in ended.err
        before = billed(provider)
        assert end(start(scrimp, [*rows(scrimp, "next", 1000), str(cap)])).status == 5
        assert before < billed(provider) <= cap
        redis.kill()
        redis.start()
        assert "starts over" in scrimp("cost", "budget", "nightly", "--clear").out
        assert end(start(scrimp, [*rows(scrimp, "anew", 5), str(cap)])).status == 0


def test_a_budget_is_shown_with_its_runs_and_begins_again(
    tmp_path: Path, redis: RedisServer, provider: FakeProvider, billing: Billing
) -> None:
    scrimp = home(tmp_path, "home", provider, redis.url)
    assert "nothing was spent of the budget nightly" in scrimp("cost", "budget", "nightly").out
    run = start(scrimp, [*rows(scrimp, "rows", 20, hanging=1), "5"])
    wait_until(lambda: billing.hanging == 1, run=run)
    shown = json.loads(scrimp("cost", "budget", "nightly", "--json").out)
    assert Decimal(str(shown["may_spend_usd"])) >= Decimal("0.001")
    (line,) = shown["runs"]
    assert line["run"] in scrimp("cost", "budget", "nightly").out
    billing.may_go_on.set()
    assert end(run).status == 0
    shown = json.loads(scrimp("cost", "budget", "nightly", "--json").out)
    assert (Decimal(str(shown["spent_usd"])), shown["may_spend_usd"], shown["runs"]) == (20 * COST, 0, [])
    assert "starts over" in scrimp("cost", "budget", "nightly", "--clear").out
    assert json.loads(scrimp("cost", "budget", "nightly", "--json").out)["spent_usd"] == 0


def test_doctor_asks_the_server_of_limits(tmp_path: Path, redis: RedisServer, provider: FakeProvider) -> None:
    scrimp = home(tmp_path, "home", provider, redis.url)
    well = scrimp("doctor")
    redis.kill()
    ill = scrimp("doctor")
    assert (well.status, ill.status) == (0, 2)
    assert f"ok     shared limits: {redis.url}, {redis.product} " in well.out
    assert f"broken shared limits: {redis.url} cannot be reached" in ill.out


def test_a_budget_without_a_server_cannot_be_shown(scrimp: Scrimp) -> None:
    ran = scrimp("cost", "budget", "nightly")
    assert (ran.status, ran.out) == (2, "")
    assert "set [shared] limits to redis://HOST:PORT/0" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the budget nightly has no cap: add --max-cost"),
        (["--max-cost", "1"], "set [shared] limits to redis://HOST:PORT/0"),
        (["--max-cost", "1", "--batch"], "set [shared] limits to redis://HOST:PORT/0"),
        (["--max-cost", "1", "--budget", "a b"], "'a b' is not a name"),
    ],
)
def test_a_budget_that_cannot_be_kept_is_refused(
    words: list[str], said: str, scrimp: Scrimp, provider: FakeProvider
) -> None:
    scrimp.provider(provider.url)
    ran = scrimp("run", "-", "--budget", "nightly", *words, stdin="hello\n")
    assert ran.status == 2
    assert said in ran.err
    assert not provider.bodies
