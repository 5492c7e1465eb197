"""What a run among faults must have kept: each promise is a function that yields a sentence wherever it was broken."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

from msgspec import Struct

from chaos.faults import USELESS_USAGE, echo_of, tokens_of
from chaos.provider import Report, Seen
from command import Ran, Scrimp, provider_table

# Whole nanodollars a token: any rounding would be an error of ours.
PRICE = {"input": "0.25", "output": "2.0", "cached_input": "0.025"}
_NANO = {name: int(Decimal(price) * 1000) for name, price in PRICE.items()}
_KINDS = frozenset((
    "auth", "quota", "rate_limit", "timeout", "server", "refused", "schema", "too_long", "network", "budget",
    "not_found", "invalid",
))  # fmt: skip
Row = dict[str, Any]


class Entry(Struct, frozen=True):
    """What the ledger says of one call."""

    run: str
    key: str
    provider: str
    status: str
    time: float
    seconds: float
    cost_nano: int | None
    http: int | None


class Ordeal(Struct, kw_only=True):
    """One command run twice over the same rows, and all that is left of it."""

    prompts: list[str]
    statuses: list[int]
    rows: list[Row]
    again: list[Row]
    bill: dict[str, Any]
    entries: list[Entry]  # of the first run
    entries_again: list[Entry]  # of the second
    seen: Report
    patience: float = inf  # seconds that a call may take

    def failed(self) -> Counter[str]:
        """Return the failed rows of the first run by the kind of their error."""
        return Counter((row["error"] or {}).get("kind") or row["status"] for row in self.rows if row["status"] != "ok")

    def answered(self) -> set[str]:
        """Return the prompts that the first run answered."""
        return {self.prompts[row["index"]] for row in self.rows if row["status"] == "ok"}


def configure(scrimp: Scrimp, *urls: str, more: str = "") -> list[str]:
    """Make the providers at these places one tier, each the failover of those before it; return their names."""
    names = ["first", "second", "third"][: len(urls)]
    price = ", ".join(f"{kind} = {dollars}" for kind, dollars in PRICE.items())
    tier = ", ".join(f'"{name}/test-model"' for name in names)
    parts = [
        f'{provider_table(url, name)}[models."{name}/test-model"]\nprice = {{ {price} }}\n'
        for name, url in zip(names, urls, strict=True)
    ]
    tiers = "".join(f"{level} = [{tier}]\n" for level in ("simple", "medium", "high"))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(f"{''.join(parts)}[tiers]\n{tiers}{more}")
    return names


def write_rows(scrimp: Scrimp, prompts: Iterable[str], name: str = "rows.jsonl") -> None:
    """Write an input file with a row for each prompt."""
    scrimp.file(name, "".join(json.dumps({"id": f"r-{n}", "text": text}) + "\n" for n, text in enumerate(prompts)))


def prompts_for(rows: int, seed: int) -> list[str]:
    """Return prompts of which a few repeat: one while its twin is in flight, one long after it was answered."""
    prompts: list[str] = []
    for number in range(rows):
        twin = {23: number - 3, 47: number // 2}.get(number % 48)
        prompts.append(f"chaos {seed}, row {number}" if twin is None else prompts[twin])
    return prompts


def rows_of(ran: Ran) -> list[Row]:
    """Return the rows of a run with their dollars exact."""
    return [json.loads(line, parse_float=Decimal) for line in ran.out.split("\n") if line]  # U+2028 is text


def ledger_of(home: Path) -> list[Entry]:
    """Return all entries of the ledger."""
    columns = ", ".join("lower(hex(key))" if name == "key" else name for name in Entry.__struct_fields__)
    with closing(sqlite3.connect(home / "ledger.db")) as db:
        return [Entry(*row) for row in db.execute(f"SELECT {columns} FROM entries ORDER BY id")]


def undergo(
    scrimp: Scrimp, report: Callable[[], Report], prompts: Sequence[str], *words: str, timeout: float
) -> Ordeal:
    """Run the same command twice; a run that takes longer than `timeout` hangs, and raises."""
    write_rows(scrimp, prompts)
    command = ("run", "rows.jsonl", "--progress", "none", *words)
    first = scrimp(*command, "--summary-file", "bill.json", timeout=timeout)
    entries = ledger_of(scrimp.home)
    second = scrimp(*command, timeout=timeout)
    for ran in (first, second):
        if "Traceback" in ran.err:
            raise AssertionError(ran.err)
    return Ordeal(
        prompts=list(prompts), statuses=[first.status, second.status], rows=rows_of(first), again=rows_of(second),
        bill=json.loads((scrimp.cwd / "bill.json").read_bytes(), parse_float=Decimal), entries=entries,
        entries_again=ledger_of(scrimp.home)[len(entries) :], seen=report(),
        patience=float(words[words.index("--timeout") + 1]) if "--timeout" in words else inf,
    )  # fmt: skip


def no_row_is_missing_or_doubled(ordeal: Ordeal) -> Iterator[str]:
    for which, rows in (("first", ordeal.rows), ("second", ordeal.again)):
        indices = [row["index"] for row in rows]
        wanted = list(range(len(ordeal.prompts)))
        if indices != wanted:
            doubled = [index for index, times in Counter(indices).items() if times > 1]
            missing = sorted(set(wanted) - set(indices))
            yield (
                f"the {which} run printed {len(indices)} rows of {len(wanted)}: doubled {doubled[:5]}, "
                f"missing {len(missing)} {missing[:5]}, in order: {indices == sorted(indices)}"
            )


def each_row_has_the_echo_of_its_own_prompt(ordeal: Ordeal) -> Iterator[str]:
    for row in (*ordeal.rows, *ordeal.again):
        prompt = ordeal.prompts[row["index"]]
        if row["status"] == "ok" and row["output"] != echo_of(prompt):
            yield f"row {row['index']}: expected {echo_of(prompt)!r}, seen {row['output']!r}"
        if row["input"]["text"] != prompt:
            yield f"row {row['index']}: shows the input {row['input']['text']!r} beside the prompt {prompt!r}"


def a_failed_row_says_why(ordeal: Ordeal) -> Iterator[str]:
    for row in (*ordeal.rows, *ordeal.again):
        error = row["error"] or {}
        if row["status"] == "ok" and error:
            yield f"row {row['index']} is ok and has an error: {error}"
        elif row["status"] != "ok" and (
            row["status"] != "error" or error.get("kind") not in _KINDS or not error.get("message") or row["output"]
        ):
            yield f"row {row['index']}: expected status error with kind and message, seen {row['status']}, {error}"


def the_exit_status_says_whether_rows_failed(ordeal: Ordeal) -> Iterator[str]:
    for status, rows in zip(ordeal.statuses, (ordeal.rows, ordeal.again), strict=True):
        expected = 0 if all(row["status"] == "ok" for row in rows) else 3
        if status != expected:
            yield f"exit status: expected {expected}, seen {status}"


def each_answered_prompt_is_paid_once(ordeal: Ordeal) -> Iterator[str]:
    paid = Counter(entry.key for entry in ordeal.entries if entry.status == "paid")
    for key, times in paid.items():
        if times > 1:
            yield f"key {key[:12]}: expected one paid entry, seen {times}"
    answered = ordeal.answered()
    if len(paid) != len(answered):
        yield f"expected a paid entry for each of {len(answered)} answered prompts, seen {len(paid)} keys with one"


def rows_bill_and_ledger_agree_to_the_last_digit(ordeal: Ordeal) -> Iterator[str]:
    ledger = Decimal(sum(entry.cost_nano or 0 for entry in ordeal.entries)).scaleb(-9)
    rows = sum((Decimal(row["cost_usd"] or 0) for row in ordeal.rows), Decimal(0))
    bill = Decimal(ordeal.bill["cost_usd"])
    if not ledger == bill == rows:
        yield f"dollars: the ledger has {ledger}, the bill {bill}, the rows {rows}"
    calls = ordeal.bill["calls"]["total"]
    if calls != len(ordeal.entries):
        yield f"calls: the ledger has {len(ordeal.entries)}, the bill {calls}"
    lost = sum(entry.status == "lost" for entry in ordeal.entries)
    if ordeal.bill["calls"]["lost"] != lost:
        yield f"lost calls: the ledger has {lost}, the bill {ordeal.bill['calls']['lost']}"


def each_row_costs_what_its_own_tokens_cost(ordeal: Ordeal) -> Iterator[str]:
    for row in ordeal.rows:
        prompt = ordeal.prompts[row["index"]]
        if row["status"] != "ok" or row["cache"] != "miss" or _uncounted(ordeal.seen, prompt):
            continue
        usage = tokens_of(prompt)
        read, cached = usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"]
        counted = (row["usage"]["input"], row["usage"]["cache_read"], row["usage"]["output"])
        expected = (read, cached, usage["completion_tokens"])
        nano = (read - cached) * _NANO["input"] + cached * _NANO["cached_input"] + expected[2] * _NANO["output"]
        if counted != expected or row["cost_usd"] != Decimal(nano).scaleb(-9):
            yield (
                f"row {row['index']}: expected {expected} tokens for {Decimal(nano).scaleb(-9)} dollars, "
                f"seen {counted} for {row['cost_usd']}"
            )


def _uncounted(report: Report, prompt: str) -> bool:
    """Return whether the provider spoiled the usage of a prompt."""
    seen = report.prompts.get(prompt, Seen())
    return any(kind in USELESS_USAGE for _, kind in seen.visits)


def each_call_is_in_the_ledger(ordeal: Ordeal) -> Iterator[str]:
    """Nothing below scrimp may send a request twice; a call whose connection broke first has no request."""
    booked, requests = len(ordeal.entries) + len(ordeal.entries_again), ordeal.seen.requests
    if booked < requests:
        yield f"the provider had {requests} requests, the ledger has {booked}"


def what_was_delivered_is_not_asked_for_again(ordeal: Ordeal) -> Iterator[str]:
    again = [(prompt, seen) for prompt, seen in ordeal.seen.prompts.items() if seen.delivered > 1]
    for prompt, seen in again[_given_up(ordeal) :]:
        yield f"{prompt!r} was delivered {seen.delivered} times: {[kind for _, kind in seen.visits]}"
    for prompt in ordeal.answered():
        if prompt not in ordeal.seen.prompts:
            yield f"{prompt!r} was answered, and the provider never saw it"


def _given_up(ordeal: Ordeal) -> int:
    """Count calls that took too long though they have an end: a provider that was stopped meanwhile delivers late."""
    entries = (*ordeal.entries, *ordeal.entries_again)
    late = sum(entry.status == "lost" and entry.seconds > 0.95 * ordeal.patience for entry in entries)
    return max(0, late - ordeal.seen.kinds.get("never_ends", 0))


def a_second_run_asks_only_for_what_failed(ordeal: Ordeal) -> Iterator[str]:
    answered = ordeal.answered()
    for row in ordeal.again:
        now = (row["status"], row["cache"])
        if ordeal.prompts[row["index"]] in answered and now != ("ok", "hit"):
            yield f"row {row['index']} was answered in the first run, and is {now} in the second"
    paid = {entry.key for entry in ordeal.entries if entry.status == "paid"}
    if more := sum(entry.key in paid for entry in ordeal.entries_again):
        yield f"the second run made {more} calls for what the first had paid"


PROMISES: tuple[Callable[[Ordeal], Iterator[str]], ...] = (
    no_row_is_missing_or_doubled,
    each_row_has_the_echo_of_its_own_prompt,
    a_failed_row_says_why,
    the_exit_status_says_whether_rows_failed,
    each_answered_prompt_is_paid_once,
    rows_bill_and_ledger_agree_to_the_last_digit,
    each_row_costs_what_its_own_tokens_cost,
    each_call_is_in_the_ledger,
    what_was_delivered_is_not_asked_for_again,
    a_second_run_asks_only_for_what_failed,
)


def retries_came_too_early(report: Report, waits: dict[str, float]) -> Iterator[str]:
    """Yield each request that came again before the seconds its fault asked for had passed."""
    for prompt, seen in report.prompts.items():
        for (at, kind), (again, _) in pairwise(seen.visits):
            if again - at < waits.get(kind, 0.0):
                yield f"{prompt!r} met {kind} and came again after {again - at:.3f} s, before {waits[kind]} s"


def calls_by_provider(entries: Iterable[Entry]) -> dict[str, Counter[str]]:
    """Count the calls of each provider by how they ended."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        counts[entry.provider][entry.status] += 1
    return counts
