from __future__ import annotations

import json
import shlex
import sys
from typing import Any

import pytest

from command import Ran, Scrimp
from fake_provider import FakeProvider, Reply, completion, echo, error

SPEND = 'spend = [{ above = 0.00001, since = "1d" }]\n'
ROWS = "".join(json.dumps({"text": f"prompt {n}"}) + "\n" for n in range(30))


def answer(body: dict[str, Any]) -> Reply:
    """Answer as a model, and as a webhook."""
    return (200, {}, b"") if "alerts" in body else echo(body)


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = answer
    scrimp.file("rows.jsonl", ROWS)
    return scrimp


def watch(scrimp: Scrimp, provider: FakeProvider, alerts: str) -> None:
    scrimp.provider(provider.url, more=f"[alerts]\n{alerts}")


def kept_by(scrimp: Scrimp) -> str:
    """Return a command that keeps its stdin in told.json."""
    program = "import sys; open('told.json', 'ab').write(sys.stdin.buffer.read() + b'\\n')"
    return f"command = {json.dumps(shlex.join([sys.executable, '-c', program]))}\n"


def told(scrimp: Scrimp) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (scrimp.cwd / "told.json").read_text().splitlines()]


def warnings(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if line.startswith("scrimp: warning: ")]


def test_an_alert_is_told_once_until_it_gets_much_worse(ready: Scrimp, provider: FakeProvider) -> None:
    watch(ready, provider, SPEND + kept_by(ready))
    runs = [ready("run", "rows.jsonl", "--limit", str(limit)) for limit in (8, 9, 12)]

    assert [len(warnings(ran)) for ran in runs] == [1, 0, 1]
    assert [ran.status for ran in runs] == [0, 0, 0]
    first, second = told(ready)
    assert first["alerts"][0]["kind"] == "spend"
    assert (first["alerts"][0]["value"], second["alerts"][0]["value"]) == (0.00024, 0.00036)
    assert first["alerts"][0]["message"] in warnings(runs[0])[0]
    assert "--max-cost" in first["text"]


def test_a_run_from_the_cache_says_nothing_of_what_others_paid(ready: Scrimp, provider: FakeProvider) -> None:
    watch(ready, provider, "")
    ready("run", "rows.jsonl")
    watch(ready, provider, SPEND)

    assert warnings(ready("run", "rows.jsonl")) == []
    assert len(warnings(ready("ask", "something new"))) == 1


def test_a_check_prints_what_is_in_force_and_exits_with_8(ready: Scrimp, provider: FakeProvider) -> None:
    rules = 'errors = [{ above = "5%" }]\nshare = [{ tier = "high", of = "calls", above = "90%" }]\n'
    watch(ready, provider, SPEND + rules + kept_by(ready))
    provider.answer = lambda body: error(500) if body["messages"][-1]["content"].endswith("3") else echo(body)
    ready("run", "rows.jsonl", "--tier", "high", "--retries", "0")
    checked, as_json = ready("cost", "--check"), ready("cost", "--check", "--json")

    assert (checked.status, as_json.status, checked.err) == (8, 8, "")
    assert [alert["kind"] for alert in json.loads(as_json.out)] == ["share", "errors", "spend"]
    assert checked.out.splitlines() == [alert["message"] for alert in json.loads(as_json.out)]
    assert "10 % of 30 calls of fake/test-model failed in 1h" in checked.out
    assert "3 of them with status 500; the provider is in trouble" in checked.out
    assert "tier high took 100 % of the calls in 30d (30 of 30 calls" in checked.out
    assert len(told(ready)) == 1, "the run told of them"


def test_a_check_without_alerts_is_0_and_one_without_rules_is_a_mistake(ready: Scrimp, provider: FakeProvider) -> None:
    watch(ready, provider, 'spend = [{ above = 1000 }]\nunpriced = [{ since = "1d" }]\ndrift = true\n')
    ready("run", "rows.jsonl")
    holds = ready("cost", "--check")
    watch(ready, provider, "")
    nothing = ready("cost", "--check")

    assert (holds.status, holds.out) == (0, "")
    assert nothing.status == 2
    assert "add rules under [alerts]" in nothing.err
    for words in (("--since", "3d"), ("--csv",), ("--plot",), ("--rates",), ("--follow",), ("--html", "page.html")):
        assert f"leave out {words[0]}, or --check" in ready("cost", "--check", *words).err


def test_calls_without_a_price_and_rows_that_are_never_found_are_told(ready: Scrimp, provider: FakeProvider) -> None:
    watch(ready, provider, 'unpriced = [{ }]\ncache = [{ below = "10%" }]\n')
    ran = ready("run", "rows.jsonl", "--model", "fake/other")

    unpriced, cache = sorted(warnings(ran), key=lambda line: "cache" in line)
    assert "30 calls of fake/other in 1d had no known cost" in unpriced
    assert "`scrimp prices set fake/other` gives one" in unpriced
    assert "0 % of 30 rows were found in the cache" in cache
    ready("run", "rows.jsonl", "--model", "fake/other")
    assert [alert["kind"] for alert in json.loads(ready("cost", "--check", "--json").out)] == ["unpriced"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sleep 600", "it was still running after 0.2 s, and was ended"), ("sh -c 'exit 3'", "exit status 3"),
        ("/nowhere/notify", "it cannot be started (No such file or directory)"),
        ("'", "it cannot be started (No closing quotation)"),
    ],
)  # fmt: skip
def test_a_hook_that_fails_or_hangs_is_said_once_and_ends_nothing(
    ready: Scrimp, provider: FakeProvider, command: str, reason: str
) -> None:
    timeout = "0.2s" if command.startswith("sleep") else "60s"
    watch(ready, provider, f'{SPEND}command = "{command}"\ntimeout = "{timeout}"\n')
    ran = ready("run", "rows.jsonl", "--limit", "2")

    assert (ran.status, len(ran.rows)) == (0, 2)
    assert [line for line in warnings(ran) if reason in line] == warnings(ran)[1:]
    assert len(warnings(ran)) == 2


def test_a_webhook_gets_the_alert_and_its_address_is_a_secret(ready: Scrimp, provider: FakeProvider) -> None:
    ready.env["ALERT_WEBHOOK"] = f"{provider.url}/hooks/T0123456789/abcdefghijklmnop"
    watch(ready, provider, f'{SPEND}webhook_env = "ALERT_WEBHOOK"\n')
    ran = ready("run", "rows.jsonl", "--limit", "2")

    assert provider.paths[-1] == "/v1/hooks/T0123456789/abcdefghijklmnop"
    assert provider.bodies[-1]["alerts"][0]["kind"] == "spend"
    assert "authorization" not in provider.headers[-1]
    assert len(warnings(ran)) == 1

    ready.file("rows.jsonl", '{"text": "again"}\n')
    provider.answer = lambda body: error(500, message=ready.env["ALERT_WEBHOOK"]) if "alerts" in body else echo(body)
    (ready.home / "alerts.json").unlink()
    failed = ready("run", "rows.jsonl")
    assert "the webhook of [alerts] failed: it answered with status 500" in failed.err
    assert "abcdefghijklmnop" not in failed.err + ran.err + ready("config", "show").out

    watch(ready, provider, f'{SPEND}webhook = "{ready.env["ALERT_WEBHOOK"]}"\n')
    assert "abcdefghijklmnop" not in ready("config", "show").out


def test_keys_reach_no_hook(ready: Scrimp, provider: FakeProvider) -> None:
    key = "sk-test-0123456789abcdef"
    watch(
        ready,
        provider,
        SPEND + kept_by(ready) + f'errors = [{{ model = "fake/{key}", above = "0%", min_calls = 1 }}]\n',
    )
    provider.answer = lambda body: error(401, message=key) if body["model"] == key else completion("x")
    ready("run", "rows.jsonl", "--limit", "2")
    ready("run", "rows.jsonl", "--limit", "2", "--model", f"fake/{key}")

    assert "401" in json.dumps(told(ready))
    assert key not in (ready.cwd / "told.json").read_text()


def test_a_damaged_record_of_what_was_told_only_repeats_an_alert(ready: Scrimp, provider: FakeProvider) -> None:
    watch(ready, provider, SPEND)
    ready("run", "rows.jsonl", "--limit", "3")
    (ready.home / "alerts.json").write_bytes(b'{"spend')

    assert len(warnings(ready("run", "rows.jsonl", "--limit", "4"))) == 1
    assert warnings(ready("run", "rows.jsonl", "--limit", "5")) == []


def test_the_share_of_the_flagship_is_that_of_the_models_of_tier_high_alone(
    ready: Scrimp, provider: FakeProvider
) -> None:
    watch(ready, provider, 'share = [{ model = "flagship", of = "calls", above = "50%" }]\n')
    config = (ready.home / "config.toml").read_text()
    ready.config(config.replace('high = ["fake/test-model"]', 'high = ["fake/test-model", "fake/best"]'))
    assert warnings(ready("run", "rows.jsonl", "--tier", "simple")) == []
    (warning,) = warnings(ready("run", "rows.jsonl", "--model", "fake/best", "--cache", "off", "--samples", "2"))

    assert "flagship (fake/best) took 66.67 % of the calls in 30d (60 of 90 calls" in warning
