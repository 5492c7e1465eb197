"""The pieces of the benchmark do what they say; what they measure is not judged here."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench import baseline, nginx, prose
from bench.home import Home, clean_env
from bench.plan import Plan
from bench.processes import CrashError, TooLongError, medians, peak, spend
from bench.provider import SERVERS, Provider, provider
from bench.rates import first_to_last, most_beyond, steady
from bench.table import HEAD, Row, render


def _ask(running: Provider, **more: Any) -> str:
    body = {"model": "test-model", "messages": [{"role": "user", "content": "?"}]} | more
    request = urllib.request.Request(
        f"{running.url}/chat/completions",
        json.dumps(body, separators=(",", ":")).encode(),
        {"content-type": "application/json"},
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=10) as reply:
        text: str = reply.read().decode()
        return text


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "nginx" and nginx.found() is None:
        pytest.skip("nginx with the echo module is not installed")
    return name


def test_either_server_answers_a_chat_completion_and_counts_it(server: str) -> None:
    with provider(server) as running:
        replies = [json.loads(_ask(running)) for _ in range(3)]

        assert [reply["choices"][0]["message"]["content"] for reply in replies] == ["positive"] * 3
        assert len(running.times()) == 3


def test_either_server_takes_its_time(server: str) -> None:
    with provider(server, delay=0.3) as running:
        begun = time.perf_counter()
        reply = json.loads(_ask(running))

    assert reply["usage"]["total_tokens"] == 22
    assert time.perf_counter() - begun >= 0.3


def test_our_server_streams_when_asked_to() -> None:
    with provider() as running:
        events = _ask(running, stream=True).split("\n\n")

        assert json.loads(events[0].removeprefix("data: "))["choices"][0]["delta"]["content"] == "positive"
        assert events[3:] == ["data: [DONE]", ""]
        assert running.most_in_flight() == 1


def test_scrimp_answers_its_rows_in_a_home_of_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with provider() as running:
        home.configure(running.url)
        home.run(5, in_flight=2)

        assert len(running.times()) == 5
    home.run(5, in_flight=2)  # from the cache: the provider is gone


def test_a_client_is_measured_or_said_to_be_missing(tmp_path: Path) -> None:
    plan = Plan(folder=tmp_path)

    bare = baseline.measure(plan, "pyreqwest", calls=10, in_flight=2)

    assert isinstance(bare, baseline.Rate)
    assert (bare.answered, bare.failures) == (10, {})
    assert baseline.measure(plan, "no_such_client", calls=10, in_flight=2) == "skipped: not installed"


def test_a_client_is_shown_by_the_median_of_its_rates() -> None:
    rates = [baseline.Rate(answered=100, failures={}, seconds=seconds) for seconds in (1.0, 2.0, 4.0)]

    row = baseline.beside("64 in flight", 500.0, "openai", rates, asked="5 x")

    assert (row.beside, row.ratio) == ("openai 50 calls/s", "10.0 x")


def test_a_client_that_fails_says_how_often() -> None:
    rates = [baseline.Rate(answered=100, failures={"PoolTimeout": 300}, seconds=1.0)]

    row = baseline.beside("1,000 in flight", 500.0, "httpx", rates)

    assert row.beside == "httpx 100 calls/s, fails: PoolTimeout in 300 of 400"


def test_a_steady_rate_leaves_out_the_start_and_the_end() -> None:
    start, middle, end = [0.0, 10.0], [20 + i / 100 for i in range(6000)], [90.0, 100.0]

    assert steady([*start, *middle, *end]) == 100


def test_the_most_beyond_a_rate_is_that_of_the_worst_window() -> None:
    assert most_beyond([0.0, 0.5, 1.0], 2.0) == 1  # one at a time
    assert most_beyond([0.0, 5.0, 5.0, 5.5, 9.0], 2.0) == 2
    assert most_beyond([], 2.0) == 0


def test_a_steady_rate_counts_no_wave_twice() -> None:
    waves = [second + i / 1e5 for second in range(1, 11) for i in range(1000)]

    assert steady(waves, delay=1.0) == 1000


def test_a_run_of_two_waves_has_no_steady_rate() -> None:
    waves = [second + i / 1e5 for second in (1, 2) for i in range(1000)]

    assert steady(waves, delay=1.0) is None
    assert steady([]) is None


def test_a_rate_from_the_first_reply_to_the_last_leaves_out_what_is_before_and_after() -> None:
    assert first_to_last([7.0, 5.0, 6.0]) == 1.0
    assert first_to_last([5.0]) is first_to_last([]) is None


def test_the_table_is_no_wider_than_a_page() -> None:
    long = Row(what="w" * 20 + " and more words", measured="12 ms", beside="b " * 40, ratio="1.23 x", asked="8 x")

    lines = render([long]).splitlines()

    assert lines[0].split() == ["what", "measured", "beside", "ratio", "asked"]
    assert max(map(len, lines)) <= 110
    assert " ".join(lines).count("b ") >= 39
    assert HEAD.what == "what"


def test_a_process_that_fails_or_stays_is_told_apart(tmp_path: Path) -> None:
    run = partial(spend, env=clean_env(tmp_path), cwd=tmp_path)

    assert run([sys.executable, "-c", "print(7)"]).out == "7\n"
    with pytest.raises(CrashError, match="ended with 3: no"):
        run([sys.executable, "-c", "import sys; print('no', file=sys.stderr); sys.exit(3)"])
    with pytest.raises(TooLongError):
        run([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.2)


def test_memory_is_that_of_the_child_and_not_of_who_started_it(tmp_path: Path) -> None:
    held = b"x" * (100 * 2**20)
    run = partial(peak, env=clean_env(tmp_path), cwd=tmp_path)

    assert run([sys.executable, "-c", "pass"]) < len(held)
    assert run([sys.executable, "-c", f"held = b'x' * {2 * len(held)}"]) > 2 * len(held)


def test_commands_take_turns(tmp_path: Path) -> None:
    turns = []

    def run(name: str) -> Any:
        turns.append(name)
        return spend([sys.executable, "-c", "pass"], env=clean_env(tmp_path), cwd=tmp_path)

    took = medians({"a": partial(run, "a"), "b": partial(run, "b")}, 3)

    assert turns == ["a", "b"] * 3
    assert took.keys() == {"a", "b"}


def test_prose_is_the_same_every_time() -> None:
    pages = list(prose.texts(20_000))

    assert pages == list(prose.texts(20_000))
    assert 20_000 <= sum(map(len, pages)) < 30_000
