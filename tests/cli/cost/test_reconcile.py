from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from command import Scrimp, wait_until
from outcomes import entry
from scrimp.store.ledger import Ledger
from scrimp.values import Entry
from usage_server import HOUR, Account, Used, usage_server

MODEL = "gpt-6-luna"
KEY, ADMIN = "sk-test-0123456789abcdef", "sk-admin-fedcba9876543210"
THEN = float(int(time.time()) // HOUR * HOUR - 5 * HOUR + 60)  # in an hour that is over


@pytest.fixture
def account() -> Iterator[Account]:
    with usage_server() as running:
        yield running


@pytest.fixture
def ready(scrimp: Scrimp, account: Account) -> Scrimp:
    scrimp.env |= {"OPENAI_API_KEY": KEY, "OPENAI_ADMIN_KEY": ADMIN, "ANTHROPIC_API_KEY": KEY}
    price = "price = { input = 1.0, output = 10.0, cached_input = 0.1 }\n"
    scrimp.config(
        f'[providers.openai]\nbase_url = "{account.url}/v1"\n[providers.anthropic]\nbase_url = "{account.url}"\n'
        f'admin_key_env = "MY_ADMIN_KEY"\n[providers.openrouter]\nbase_url = "{account.url}/v1"\n'
        f'[models."openai/{MODEL}"]\n{price}[models."anthropic/claude"]\n{price}[models."openrouter/x/y"]\n{price}'
    )
    return scrimp


def paid(number: int, time: float, *, provider: str = "openai", model: str = MODEL, batch: str | None = None) -> Entry:
    made = entry(f"{provider}/{model}", Decimal("0.0002"), tokens=(100, 10))
    return replace(made, call=f"p{number}", time=time, batch=batch)


def lost(number: int, time: float, *, most: int | None = 500, provider: str = "openai", model: str = MODEL) -> Entry:
    made = entry(f"{provider}/{model}", None, "lost")
    return replace(made, call=f"l{number}", time=time, most_input=most, most_output=50)


def recorded(scrimp: Scrimp, *entries: Entry) -> None:
    ledger = Ledger(scrimp.home / "ledger.db")
    ledger.append(entries)
    ledger.close()


def report(scrimp: Scrimp, *words: str) -> dict[str, Any]:
    ran = scrimp("cost", "reconcile", "--json", *words)
    (found,) = json.loads(ran.out)
    untold = "nothing was compared with openai: " in ran.err
    assert (ran.status, untold) == (4 if found["problem"] else 0, bool(found["problem"]))
    return found


def test_where_all_is_counted_lost_calls_were_not_billed(ready: Scrimp, account: Account) -> None:
    recorded(ready, *(paid(n, THEN + n) for n in range(5)), lost(0, THEN), lost(1, THEN + HOUR))
    account.used = [Used(time=THEN + n, model=f"{MODEL}-2026-08-01") for n in range(5)]
    found = report(ready, "--dry-run")

    assert [call["cost_usd"] for call in found["closed"]] == [0, 0]
    assert json.loads(ready("cost", "--json").out)[0]["lost"] == 2, "a dry run closes nothing"
    ran = ready("cost", "reconcile")
    assert "openai: 2 lost calls closed: 0 of them billed, $0 in all" in ran.out
    (total,) = json.loads(ready("cost", "--json").out)
    assert (total["lost"], total["failed"], total["cost_usd"], total["at_least"]) == (0, 2, 0.001, False)


def test_what_is_counted_beyond_the_ledger_is_what_lost_calls_cost(ready: Scrimp, account: Account) -> None:
    recorded(ready, *(paid(n, THEN + n) for n in range(5)), lost(0, THEN + 9), lost(1, THEN + 10))
    account.used = [Used(time=THEN + n, model=MODEL) for n in range(5)]
    account.used.append(Used(time=THEN + 9, model=MODEL, input=321, output=33, cached=100))
    found = report(ready)

    assert [call["cost_usd"] for call in found["closed"]] == [0.000561, 0]  # (221 + 10 + 330) millionths
    (total,) = json.loads(ready("cost", "--json").out)
    assert (total["cost_usd"], total["at_least"], total["input"]) == (0.001561, False, 821)
    again = report(ready)
    assert (again["closed"], again["lost"]) == ([], 0)
    assert [hour["differs"] for hour in again["hours"]] == [False]


def test_calls_of_others_are_taken_for_no_lost_call(ready: Scrimp, account: Account) -> None:
    recorded(ready, paid(0, THEN), lost(0, THEN))
    account.used = [Used(time=THEN, model=MODEL), *(Used(time=THEN, model=MODEL, key="key_theirs") for _ in range(3))]
    ran = ready("cost", "reconcile")

    assert "1 lost call may have been billed (at most $0.001)" in ran.out  # 500 at 1, 50 at 10
    assert "name the keys of this ledger with --key-id" in ran.out
    assert report(ready, "--key-id", "key_ours")["closed"] == [{"call": "l0", "cost_usd": 0}]
    assert account.requests[-1][1]["api_key_ids[]"] == ["key_ours"]
    assert ready("cost", "reconcile", "--key-id", "sk-admin/x").status == 2


def test_one_call_of_others_with_more_tokens_than_the_lost_one_can_have_had_is_not_it(
    ready: Scrimp, account: Account
) -> None:
    recorded(ready, paid(0, THEN), lost(0, THEN, most=50))
    account.used = [Used(time=THEN, model=MODEL), Used(time=THEN, model=MODEL)]

    assert report(ready)["reasons"] == ["the provider counts more tokens than they can have had"]


def test_a_call_that_is_counted_an_hour_later_is_not_a_gap_of_two_hours(ready: Scrimp, account: Account) -> None:
    recorded(ready, paid(0, THEN), paid(1, THEN + HOUR - 61), lost(0, THEN + HOUR))
    account.used = [Used(time=THEN, model=MODEL), Used(time=THEN + HOUR, model=MODEL)]
    found = report(ready)

    assert [call["cost_usd"] for call in found["closed"]] == [0]
    assert [hour["differs"] for hour in found["hours"]] == [False]


def test_models_and_days_that_differ_are_named(ready: Scrimp, account: Account) -> None:
    recorded(ready, paid(0, THEN), paid(1, THEN - 3 * 86_400))
    account.used = [
        Used(time=THEN, model=MODEL), Used(time=THEN, model="gpt-7-nova", input=5, output=6),
        Used(time=THEN - 3 * 86_400, model=MODEL, cents=Decimal("0.07")),
        Used(time=THEN, model=MODEL, batch=True),
    ]  # fmt: skip
    ran = ready("cost", "reconcile")

    (nova,) = [re.split(" {2,}", line) for line in ran.out.splitlines() if "gpt-7-nova" in line]
    assert (nova[0], nova[2:5]) == ("openai/gpt-7-nova", ["0 / 1", "0 / 5", "0 / 6"])
    assert [re.split(" {2,}", line)[1] for line in ran.out.splitlines() if "batches" in line] == ["batches"]
    assert "$0.0002 here, $0.0007 there" in ran.out


@pytest.mark.parametrize(
    "fault", [(500, b""), (0, b""), (200, b"{}"), (200, b'{"data": [{"results": [{}]}]}'), (429, b"{}")]
)
def test_a_report_that_breaks_off_closes_nothing(ready: Scrimp, account: Account, fault: tuple[int, bytes]) -> None:
    recorded(ready, paid(0, THEN), lost(0, THEN))
    account.used = [Used(time=THEN, model=MODEL)]
    account.page = 7
    account.fault = lambda number: fault if number >= 3 else None
    found = report(ready, "--since", "1d")

    assert found["problem"]
    assert (found["closed"], found["lost"], found["hours"]) == ([], 1, [])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((200, b"<html>Log in</html>"), "something of its usage that cannot be read (no JSON: '<html>Log in</html>')"),
        ((429, b"slow"), "openai limits the rate (429: slow)"),
        ((200, b'{"data": [], "has_more": true, "next_page": "p"}'), "a list without an end"),
    ],
)
def test_why_nothing_was_compared_is_said_of_the_report(
    ready: Scrimp, account: Account, fault: tuple[int, bytes], said: str
) -> None:
    recorded(ready, paid(0, THEN))
    account.fault = lambda _: fault
    ran = ready("cost", "reconcile")

    assert (said in ran.out, "batch" in ran.out, len(account.requests) < 9) == (True, False, True)
    assert ran.status == 4
    recorded(ready, lost(9, THEN, provider="openrouter", model="x/y"))  # which is asked for no call, and so tells all
    assert ready("cost", "reconcile").status == 3


def test_a_fault_that_passes_is_passed_over(ready: Scrimp, account: Account) -> None:
    recorded(ready, paid(0, THEN), lost(0, THEN))
    account.used = [Used(time=THEN, model=MODEL)]
    account.page = 7
    account.fault = lambda number: (503, b"{}") if number == 3 else None

    assert len(report(ready, "--since", "1d")["closed"]) == 1


def test_the_key_of_administration_goes_to_its_provider_alone_and_is_never_shown(
    ready: Scrimp, account: Account
) -> None:
    recorded(ready, paid(0, THEN))
    account.fault = lambda _: (401, json.dumps({"error": {"message": f"bad key {ADMIN}"}}).encode())
    ran = ready("cost", "reconcile")

    assert "openai: not compared: " in ran.out
    assert ADMIN not in ran.out + ran.err
    assert {headers["authorization"] for _, _, headers in account.requests} == {f"Bearer {ADMIN}"}
    del ready.env["OPENAI_ADMIN_KEY"]
    account.requests.clear()
    assert "set OPENAI_ADMIN_KEY, or admin_key_cmd or admin_key_file" in (keyless := ready("cost", "reconcile")).out
    assert (keyless.status, account.requests) == (4, [])


def test_anthropic_tells_dollars_of_each_hour(ready: Scrimp, account: Account) -> None:
    ready.env["MY_ADMIN_KEY"] = ADMIN
    made = {"provider": "anthropic", "model": "claude"}
    recorded(
        ready, *(paid(n, THEN + n, **made) for n in range(3)), lost(0, THEN, **made), paid(9, THEN - HOUR * 30, **made)
    )
    account.used = [
        *(Used(time=THEN + n, model="claude", cents=Decimal("0.02")) for n in range(3)),
        Used(time=THEN, model="claude", input=200, output=20, cached=50, cents=Decimal("0.0355")),
        Used(time=THEN - HOUR * 30, model="claude", cents=Decimal("0.05")),
    ]
    found = report(ready)

    assert found["closed"] == [{"call": "l0", "cost_usd": 0.000355}]
    gap, closed = found["hours"]
    assert (gap["here"]["cost_usd"], gap["provider"]["cost_usd"], gap["differs"]) == (0.0002, 0.0005, True)
    assert (closed["provider"]["cost_usd"], closed["provider"]["cache_read"]) == (0.000955, 50)
    assert {headers["x-api-key"] for _, _, headers in account.requests} == {ADMIN}
    assert {headers["anthropic-beta"] for _, _, headers in account.requests} == {"analytics-usage-cost-2026-08-24"}


def test_hours_that_a_provider_has_not_counted_yet_are_left_for_later(ready: Scrimp, account: Account) -> None:
    ready.env["MY_ADMIN_KEY"] = ADMIN
    made = {"provider": "anthropic", "model": "claude"}
    recorded(ready, lost(0, THEN, **made), lost(1, time.time() - 30, **made))
    account.refreshed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(THEN))
    account.used = [Used(time=THEN, model="other")]
    found = report(ready)

    assert (found["closed"], found["lost"]) == ([], 2)
    assert found["reasons"] == ["their hour is not over, or not counted yet"]


@pytest.mark.parametrize("command", ["ask", "run"])  # a stream, and a reply that comes whole
def test_openrouter_tells_what_a_call_cost_whose_reply_broke_off(ready: Scrimp, account: Account, command: str) -> None:
    ready.env |= {"OPENROUTER_API_KEY": KEY, "SCRIMP_RETRIES": "0"}
    ready.file("row.txt", "hello\n")
    words = ["hello"] if command == "ask" else ["row.txt"]
    assert ready(command, *words, "--model", "openrouter/x/y", "--max-output", "50").status == 4
    (open_now,) = json.loads(ready("cost", "--json").out)
    assert (open_now["lost"], open_now["cost_usd"]) == (1, None)
    assert report(ready)["lost"] == 1
    account.generations["gen-1"] = {
        "id": "gen-1", "total_cost": 0.0123, "native_tokens_prompt": 7, "native_tokens_completion": 3,
        "is_byok": False,
    }  # fmt: skip
    found = report(ready)

    assert [call["cost_usd"] for call in found["closed"]] == [0.0123]
    (total,) = json.loads(ready("cost", "--json").out)
    assert (total["lost"], total["cost_usd"], total["input"], total["output"]) == (0, 0.0123, 7, 3)


def test_providers_that_tell_nothing_are_said_so(ready: Scrimp, account: Account) -> None:
    ready.config(f'[providers.own]\ndialect = "openai"\nbase_url = "{account.url}/v1"\n')
    recorded(ready, paid(0, THEN, provider="own"), paid(1, THEN, provider="gone"))
    ran = ready("cost", "reconcile")
    out = ran.out

    assert ran.status == 0
    assert "own: not compared: it tells nothing of what was used" in out
    assert "gone: not compared: the config does not name it any more" in out
    assert ready("cost", "reconcile", "--provider", "nobody").status == 2
    assert ready("cost", "reconcile", "--since", "32d").status == 2


def test_what_lost_calls_can_have_cost_is_said_beside_what_was_paid(ready: Scrimp) -> None:
    recorded(ready, paid(0, THEN), lost(0, THEN), lost(1, THEN, most=1000))
    (total,) = json.loads(ready("cost", "--json").out)
    (tier,) = json.loads(ready("cost", "--by", "tier", "--json").out)

    assert (total["lost_at_most_usd"], tier["lost_at_most_usd"]) == (0.0025, 0.0025)  # 1,500 at 1, 100 at 10
    assert "lost calls: at most $0.0025; `scrimp cost reconcile` asks the providers" in ready("cost").out
    recorded(ready, lost(2, THEN, most=None))  # of an earlier version
    assert json.loads(ready("cost", "--json").out)[0]["lost_at_most_usd"] is None
    assert "at most" not in ready("cost").out


def test_a_call_in_flight_at_a_kill_has_a_bound_too(ready: Scrimp, account: Account) -> None:
    ready.env |= {"OPENROUTER_API_KEY": KEY, "SCRIMP_RETRIES": "0"}
    account.fault = lambda _: None
    account.hang = True
    run = ready.start("ask", "hello", "--model", "openrouter/x/y", "--max-output", "50", stdout=-3, stderr=-3)
    wait_until(lambda: account.posted > 0, run=run)
    run.kill()
    run.wait()
    account.hang = False
    (total,) = json.loads(ready("cost", "--json").out)

    assert total["lost"] == 1
    assert 0.0005 < total["lost_at_most_usd"] < 0.001  # 50 tokens at 10, and some at 1
