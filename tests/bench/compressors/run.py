"""Compress the same texts with scrimp and with others in one run, and see what each of them cut and what it lost.

    python tests/bench/compressors/run.py DATA [--python PATH] [--only TOOL]

    python -m venv others && others/bin/pip install fasttok claw-compactor compression-prompt headroom-ai
    python tests/bench/compressors/run.py DATA --python others/bin/python

`DATA` is a directory with `prompts.jsonl`, `docs.jsonl` and `data.jsonl`: items with `id`, `type` and `text`. Each tool
runs in a process of its own, under the Python named by `--python` (scrimp under this one), at the setting that its
manual calls the most careful; one that is not installed is skipped with a sentence. Nothing is loaded from a hub.

Columns, a table for each kind of text: cut, tokens (o200k_base); facts, those of the whole text that are still said at
least once (numbers, names, links, paths, identifiers, flags, quotations, code), as scrimp finds them; negations, with
the word they bear on; code, fenced blocks byte for byte; JSON, texts that decode to the same with the same lexemes, and
then keep every fact; no longer, texts that are not more tokens than before; twice, texts that a second time changes no
more; MB/s, warm, import not counted. What a tool writes in a notation of its own is looked for in what its own decoder
makes of that, too.
Of pages, facts and negations are those a reader sees, not those of addresses and attributes.
It judges nothing: the exit status is 0 whatever the figures are.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # tests/, as pytest has it

from bench.compressors import items
from bench.compressors.checks import Found, found, total
from bench.compressors.worker import TOOLS
from scrimp import tokens

_WORKER = Path(__file__).parent / "worker.py"
_HEAD = ("tool", "cut", "facts", "negations", "code", "JSON", "no longer", "twice", "MB/s", "failed")
_WIDTHS = (24, 7, 7, 10, 7, 7, 10, 7, 9, 7)


@dataclass(frozen=True, slots=True)
class Ran:
    """A tool's version, and a result for every text; or why there is none."""

    version: str = ""
    results: tuple[dict[str, object], ...] = ()
    why_not: str = ""


def main() -> int:
    given = _arguments()
    kinds = items.load(given.data)
    texts = [item for of_kind in kinds.values() for item in of_kind]
    count = cache(tokens.count)
    tables: dict[str, list[str]] = {kind: [] for kind in kinds}
    for tool in given.only or TOOLS:
        print(f"compressors: {tool} ...", file=sys.stderr, flush=True)
        ran = run(tool, sys.executable if TOOLS[tool][0] == "scrimp" else given.python, [each.text for each in texts])
        print(f"{tool}: {ran.why_not or ran.version}")
        each = {item.id: found(item, result, count) for item, result in zip(texts, ran.results, strict=False)}
        for kind, of_kind in kinds.items():
            if each:
                tables[kind].append(row(tool, total(each[item.id] for item in of_kind)))
    for kind, rows in tables.items():
        print(f"\n{kind}: {len(kinds[kind])} texts, {sum(len(item.text) for item in kinds[kind]):,} characters")
        print("\n".join([_line(_HEAD), *rows]))
    return 0


def run(tool: str, python: str, texts: Sequence[str], *, limit: float = 900.0) -> Ran:
    """Give a tool the texts in a process of its own; `limit` in seconds."""
    given = "".join(json.dumps(text) + "\n" for text in texts)
    try:
        ended = subprocess.run(
            [python, "-P", str(_WORKER), tool], input=given, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return Ran(why_not=f"stopped after {limit:.0f} s")
    except FileNotFoundError:
        return Ran(why_not=f"skipped: there is no Python at {python}")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    if ended.returncode or not lines:
        return Ran(why_not=f"crashed: {ended.stderr.strip().splitlines()[-1:] or ended.returncode}")
    if lines[0] is None:
        return Ran(why_not=f"skipped: {TOOLS[tool][0]} is not installed under {python}")
    return Ran(version=lines[0], results=tuple(lines[1:]))


def row(tool: str, each: Found) -> str:
    """Return a tool's line in the table of a kind."""
    speed = each.bytes / each.seconds / 1e6 if each.seconds else 0.0
    shares = (each.facts, each.negations, each.code, each.json, each.not_longer, each.same_again)
    return _line((tool, f"{1 - each.after / each.before:.1%}", *map(str, shares), f"{speed:,.1f}", str(each.failed)))


def _line(cells: Sequence[str]) -> str:
    first, *others = zip(cells, _WIDTHS, strict=True)
    return first[0].ljust(first[1]) + "".join(cell.rjust(width) for cell, width in others)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="a directory with prompts, docs and data")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="the one that has the other tools")
    parser.add_argument("--only", action="append", choices=TOOLS, metavar="TOOL", help=f"one of {', '.join(TOOLS)}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
