"""Runs of several workers: rows of which one is poisoned and one refused once, and what a killed worker may cost."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from command import Scrimp
from fake_provider import FakeProvider, Reply, echo, error

POISONED = "poisoned"
REFUSED_ONCE = "refused once"
FILES = ("-o", "out.jsonl", "--summary-file", "bill.json")
# Of a killed worker: what half of 16 calls in flight had for one of two.
IN_FLIGHT = 8


def write_rows(scrimp: Scrimp, count: int, *, poisoned: int, refused: int) -> None:
    """Write rows.jsonl, with the two that give trouble in their places."""
    texts = [f"row {n}" for n in range(count)]
    texts[poisoned], texts[refused] = POISONED, REFUSED_ONCE
    scrimp.file("rows.jsonl", "".join(json.dumps({"id": f"r{n}", "text": text}) + "\n" for n, text in enumerate(texts)))


def troubled(provider: FakeProvider) -> Callable[[dict[str, Any]], Reply]:
    """Return what answers such rows."""

    def answer(body: dict[str, Any]) -> Reply:
        text = body["messages"][-1]["content"]
        if text == POISONED:
            return error(400)
        return error(429) if text == REFUSED_ONCE and provider.prompts.count(text) == 1 else echo(body)

    return answer


def written(scrimp: Scrimp) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of the output and the bill."""
    rows = [json.loads(line) for line in (scrimp.cwd / "out.jsonl").read_text().splitlines()]
    bill: dict[str, Any] = json.loads((scrimp.cwd / "bill.json").read_text())
    return rows, bill


def check_after_a_kill(scrimp: Scrimp, provider: FakeProvider, count: int, *, poisoned: int) -> None:
    """Check that only the poisoned row failed, and what was paid twice.

    The poisoned one, which no cache keeps, may have been called again where its chunk was given out again.
    """
    rows, bill = written(scrimp)
    calls = Counter(provider.prompts)
    assert [row["id"] for row in rows] == [f"r{n}" for n in range(count)]
    assert [row["id"] for row in rows if row["status"] != "ok"] == [f"r{poisoned}"]
    assert all(row["output"] == f"echo: {row['input']['text']}" for row in rows if row["status"] == "ok")
    assert calls[POISONED] <= 2
    assert calls.total() - count <= 1 + IN_FLIGHT + 1, bill["calls"]  # with the refused one and the poisoned one
    written_down = bill["calls"]["total"]  # before they are sent: a kill may come in between
    assert calls.total() <= written_down <= calls.total() + IN_FLIGHT
    assert bill["calls"]["lost"] <= IN_FLIGHT


def is_calling(process: int, provider: FakeProvider) -> bool:
    """Return whether a process has a connection to the provider: one that is still starting has none."""
    port = int(provider.url.split(":")[2].split("/")[0])
    connections = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{words[9]}]" for words in connections if int(words[2].split(":")[1], 16) == port}
    try:
        return any(os.readlink(file) in sockets for file in Path(f"/proc/{process}/fd").iterdir())
    except OSError:  # it has ended, or has just closed one
        return False
