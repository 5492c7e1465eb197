"""What each level of compression saves, by workload: inputs as users have them, given to `scrimp estimate`.

    python tests/bench/levels.py DATA [--seed 1] [--write FOLDER]

DATA is the folder of texts that `compression.py` reads. Tickets, pages, logs, code and passages are its own; orders are
made with a seed, as are the diffs beside its own (lines of its code moved or left out) and the order of results in
transcripts. Each workload is an input and a template; `--write` keeps them, to try other commands on. Every figure is
what `scrimp estimate --json` says: tokens of the input (o200k_base), and the share that each level takes off them.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # tests/, as pytest has it

from bench.compression import items
from bench.focus.items import load
from bench.focus.labelings import LABELINGS, POSITIONS
from bench.reader.lookups import orders
from scrimp.render.tables import format_table

_LABELINGS = {"tags": "<doc id=1>", "Passage 1:": "Passage 1:", "## headings": "## headings"}
_REVIEWS = Path(__file__).parent.parent / "data" / "reviews.jsonl"
_LONGEST_RESULT = 6000  # characters of a tool's result, as agents cut them


@dataclass(frozen=True, slots=True)
class WorkloadInput:
    """Rows of an input, and the template that makes prompts of them; without one they are prompts already."""

    name: str
    rows: Sequence[dict[str, Any]]
    template: str | None = None


def workloads(data: Path, seed: int) -> Iterator[WorkloadInput]:
    """Yield the workloads."""
    texts = _texts(data)
    tickets = [*texts["issue"], *texts["email"], *(json.loads(line)["review"] for line in _lines(_REVIEWS))]
    yield WorkloadInput(
        "tickets", [{"ticket": text} for text in tickets], "Which team should handle this ticket?\n\n{ticket}"
    )
    chance = random.Random(seed)
    yield WorkloadInput(
        "tickets with orders as JSON",
        [{"ticket": text, "orders": json.dumps(orders(chance), indent=2)} for text in tickets],
        "Which of the customer's orders is this ticket about?\n\nTicket:\n{ticket}\n\nOrders:\n{orders}\n",
    )
    passages = [item for item in load(data, own=Path(os.devnull)) if item.kind == "rag"]
    for name, labeling in _LABELINGS.items():
        prompts = (POSITIONS["after"](LABELINGS[labeling](each.passages), each.question) for each in passages)
        yield WorkloadInput(f"RAG, {name}", [{"text": prompt} for prompt in prompts])
    yield WorkloadInput("agent transcripts", list(_transcripts(texts, chance)))
    yield WorkloadInput(
        "diffs", [{"diff": text} for text in _diffs(texts, chance)], "Is this change correct?\n\n{diff}"
    )
    yield WorkloadInput(
        "pages", [{"page": text} for text in texts["html"]], "Which project is this page about?\n\n{page}"
    )
    yield WorkloadInput("logs", [{"log": text} for text in texts["log"]], "Why did this fail?\n\n{log}")


def _transcripts(texts: Mapping[str, Sequence[str]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield conversations of an agent: each has called three tools, and is asked what follows from it."""
    results = {
        "read_file": texts["code"], "run_command": texts["log"], "open_page": texts["html"],
        "call_api": [*texts["json_nested"], *(json.dumps(orders(chance), indent=2) for _ in range(6))],
    }  # fmt: skip
    for _ in range(12):
        turns = [
            {"role": "system", "content": "You are an agent. Use the tools, then answer briefly."},
            {"role": "user", "content": "Find out why the last deployment failed."},
        ]
        for number, tool in enumerate(chance.sample(sorted(results), 3)):
            asked = {"id": f"call_{number}", "type": "function", "function": {"name": tool, "arguments": "{}"}}
            content = chance.choice(results[tool])[:_LONGEST_RESULT]
            turns.append({"role": "assistant", "content": f"I look with {tool}.", "tool_calls": [asked]})
            turns.append({"role": "tool", "tool_call_id": f"call_{number}", "content": content})
        yield {"messages": [*turns, {"role": "user", "content": "What is the cause, and which file must change?"}]}


def _diffs(texts: Mapping[str, Sequence[str]], chance: random.Random) -> Iterator[str]:
    """Yield the diffs of the data, and for each of its programs one in which lines are gone or moved."""
    yield from texts["diff"]
    for text in texts["code"]:
        before = text.splitlines(keepends=True)
        after = [line for line in before if chance.random() > 0.02]  # about one line in fifty goes
        for _ in range(len(after) // 60):
            at = chance.randrange(len(after) - 1)
            after[at : at + 2] = reversed(after[at : at + 2])
        yield "".join(difflib.unified_diff(before, after, "a/module", "b/module"))


def _texts(data: Path) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for item in items(data):
        found[item["type"]].append(item["text"])
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def estimated(workload: WorkloadInput, folder: Path) -> dict[str, Any]:
    """Return what `scrimp estimate` says of each level; empty where it refuses the input."""
    path = folder / f"{workload.name.replace(' ', '-').replace('#', '').replace(':', '')}.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in workload.rows), encoding="utf-8")
    template = () if workload.template is None else ("-t", workload.template)
    ran = subprocess.run(
        [sys.executable, "-m", "scrimp", "estimate", str(path), *template, "-m", "openai/gpt-6-luna", "--json"],
        env=os.environ | {"SCRIMP_HOME": str(folder / "home"), "OPENAI_API_KEY": "none"},
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    if ran.returncode:
        print(f"{workload.name}: {ran.stderr.strip()}", file=sys.stderr)
        return {}
    compression: dict[str, Any] = json.loads(ran.stdout)["compression"]
    return compression


def row(workload: WorkloadInput, told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a row of the table."""
    if not told:
        return (workload.name, f"{len(workload.rows)}", "refused")
    off, *levels = told["levels"]
    cuts = (f"{100 * level['saved_input'] / off['input']:.0f} %" for level in levels)
    return (workload.name, f"{told['calls']}", f"{off['input']:,}", *cuts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of texts")
    parser.add_argument("--seed", type=int, default=1, help="of what is made by chance (1)")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="keep the inputs there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.write or Path(temporary)
        folder.mkdir(exist_ok=True, parents=True)
        rows = [row(each, estimated(each, folder)) for each in workloads(given.data, given.seed)]
    headers = ("workload", "rows", "tokens", "lossless", "tidy", "focus 0.6", "dense")
    print("\n".join(format_table(headers, [(*each, *[""] * (7 - len(each))) for each in rows], "lrrrrrr", 120)))


if __name__ == "__main__":
    main()
