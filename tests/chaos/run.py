"""The long ordeal: many rows through a provider that fails, and a report of what it cost and what was kept.

`python tests/chaos/run.py --rows 20000 --faults 0.1` exits with 1 when a promise of `promises.py` was broken.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chaos.promises import PROMISES, Ordeal, configure, prompts_for, undergo
from chaos.provider import chaos_provider
from command import Scrimp

_SHOWN = 5


def main() -> int:
    """Run it and print the report."""
    asked = _parsed()
    prompts = prompts_for(asked.rows, asked.seed)
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as place,
        chaos_provider(seed=asked.seed, faults=asked.faults, delay=asked.delay, mix=asked.mix) as provider,
    ):
        scrimp = Scrimp(Path(place))
        configure(scrimp, provider.url)
        words = ["-j", str(asked.concurrency), "--timeout", str(asked.timeout)]
        began = time.monotonic()
        try:
            ordeal = undergo(scrimp, provider.report, prompts, *words, timeout=asked.hangs_after)
        except subprocess.TimeoutExpired:
            print(f"BROKEN the command did not end within {asked.hangs_after:g} s")
            return 1
        seconds = time.monotonic() - began
    print("\n".join(report(ordeal, seconds)))
    broken = {promise.__name__: list(promise(ordeal)) for promise in PROMISES}
    for name, sentences in broken.items():
        print(f"{'BROKEN' if sentences else 'kept':7}{name.replace('_', ' ')}")
        for sentence in sentences[:_SHOWN]:
            print(f"         {sentence}")
        if len(sentences) > _SHOWN:
            print(f"         ... and {len(sentences) - _SHOWN} more")
    return int(any(broken.values()))


def report(ordeal: Ordeal, seconds: float) -> list[str]:
    """Return what happened, a figure a line."""
    seen, entries = ordeal.seen, [*ordeal.entries, *ordeal.entries_again]
    ok = len(ordeal.answered())
    failed = ordeal.failed()
    wasted = len(ordeal.entries) - sum(entry.status == "paid" for entry in ordeal.entries)
    left = sum(row["status"] != "ok" for row in ordeal.again)
    kinds = f" ({', '.join(f'{kind} {times}' for kind, times in failed.most_common())})" if failed else ""
    return [
        f"rows            {len(ordeal.rows)}: {len(ordeal.rows) - failed.total()} ok, {failed.total()} failed{kinds}",
        f"                {left} still failed after a second run",
        f"prompts         {len(set(ordeal.prompts))} different ones, {ok} answered in the first run",
        f"calls           {len(ordeal.entries)} in the first run, {len(ordeal.entries_again)} in the second",
        f"wasted calls    {wasted}, {wasted / max(1, len(ordeal.entries)):.1%} of the first run's",
        f"lost calls      {sum(entry.status == 'lost' for entry in entries)}, which may have been billed",
        f"requests        {seen.requests} on {seen.connections} connections, at most {seen.most_open} at a time",
        f"billed twice    {seen.billed_twice} completions were generated again at the provider",
        f"cost            {ordeal.bill['cost_usd']} dollars",
        f"faults          {', '.join(f'{kind} {times}' for kind, times in seen.kinds.items())}",
        f"time            {seconds:.1f} s for both runs; exit statuses {ordeal.statuses}",
    ]


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--faults", type=float, default=0.1, help="the share of requests that meet one")
    parser.add_argument("--mix", default="", help="which faults, with commas between; MIX is the usual ones")
    parser.add_argument("--delay", type=float, default=0.01, help="seconds before any reply")
    parser.add_argument("-j", "--concurrency", type=int, default=64)
    parser.add_argument("--timeout", type=float, default=5.0, help="as of scrimp run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hangs-after", type=float, default=1800.0, help="seconds after which a run is given up")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
