"""scrimp killed again and again over one home, and a report of what it lost: nothing, or a promise is broken.

`python tests/chaos/kill.py --times 200` kills `scrimp run` at random moments, starts the same command line again, and
goes on with fresh prompts when all rows are answered. It exits with 1 when a row that had been printed is gone or was
paid for again, when more calls were made twice than can have been in flight, or when a database is damaged.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chaos.faults import echo_of
from chaos.promises import configure, ledger_of, rows_of, write_rows
from chaos.provider import Report, chaos_provider
from command import Scrimp

DELAY = 0.02
_DATABASES = ("cache.db", "ledger.db")


class Plan(Struct, frozen=True, kw_only=True):
    """How often, and how."""

    times: int = 200
    rows: int = 400
    seed: int = 1
    concurrency: int = 8
    check_every: int = 10  # kills between two looks into the cache


class Killing:
    """One home, and what is known of it from outside: which prompts were printed, and when the process had died."""

    def __init__(self, scrimp: Scrimp, plan: Plan) -> None:
        self.scrimp, self.plan = scrimp, plan
        self.broken: list[str] = []
        self.kills = self.whole_runs = self.early = 0
        self.signals = Counter[str]()
        self.prompts: list[str] = []
        self.printed: dict[str, float] = {}
        self.deaths: list[float] = []
        self._chance = random.Random(plan.seed)
        self._words = ("run", "rows.jsonl", "-j", str(plan.concurrency), "--progress", "none")

    def go(self) -> None:
        """Kill until it was often enough, looking at what is left each time."""
        while self.kills < self.plan.times and not self.broken:
            prompts = [f"kill {self.plan.seed}, row {len(self.prompts) + number}" for number in range(self.plan.rows)]
            self.prompts += prompts
            write_rows(self.scrimp, prompts)
            while self.kills < self.plan.times and self._once(prompts) and not self.broken:
                pass
        self._finish()

    def _once(self, prompts: list[str]) -> bool:
        """Run once and kill; return False when all rows were answered before the kill came."""
        out = self.scrimp.cwd / "out.jsonl"
        err = self.scrimp.cwd / "err.txt"
        with out.open("wb") as rows, err.open("wb") as said:
            run = self.scrimp.start(*self._words, stdin=subprocess.DEVNULL, stdout=rows, stderr=said)
            # A whole run takes its start and as many delays as there are rows for each place in flight.
            longest = 0.5 + 1.5 * DELAY * len(prompts) / self.plan.concurrency
            killed = self._kill(run, self._chance.uniform(0.02, longest))
        self._read(out.read_bytes(), prompts)
        self._integrity()
        if not killed:
            self.whole_runs += 1
            if run.returncode != 0:
                self.broken.append(f"a run that was not killed ended with {run.returncode}: {err.read_text()[-300:]}")
            return False
        self.kills += 1
        if self.kills % self.plan.check_every == 0:
            self._look(self.prompts)
        return True

    def _kill(self, run: subprocess.Popen[bytes], after: float) -> bool:
        """Kill after so many seconds, one time in four with a SIGTERM first; return False if the run was over."""
        try:
            run.wait(after)
        except subprocess.TimeoutExpired:
            pass
        else:
            return False
        polite = self._chance.random() < 0.25
        if polite:
            run.send_signal(signal.SIGTERM)
            time.sleep(self._chance.uniform(0, 0.1))
        run.kill()
        if run.wait() == 0:
            return False
        self.deaths.append(time.time())
        self.signals["SIGTERM, then SIGKILL" if polite else "SIGKILL"] += 1
        self.early += run.returncode == 128 + signal.SIGTERM
        return True

    def _read(self, out: bytes, prompts: list[str]) -> None:
        """Note which rows were printed to their last byte."""
        now = time.time()
        for line in out.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                continue
            row = json.loads(line)
            text = prompts[row["index"]]
            if (row["status"], row["output"]) == ("ok", echo_of(text)):
                self.printed.setdefault(text, now)
            else:
                self.broken.append(f"kill {self.kills}: printed {row['status']}, {row['output']!r} for {text!r}")

    def _integrity(self) -> None:
        """Check copies: opening the files themselves would repair them before scrimp has to."""
        with tempfile.TemporaryDirectory(prefix="chaos-copy-") as place:
            for name in _DATABASES:
                for file in self.scrimp.home.glob(f"{name}*"):
                    if not file.name.endswith("-shm"):
                        shutil.copy(file, place)
                copy = Path(place) / name
                if not copy.exists():
                    continue  # killed before it was made
                with closing(sqlite3.connect(copy)) as db:
                    if (said := db.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                        self.broken.append(f"kill {self.kills}: {name} is damaged: {said[:3]}")

    def _look(self, prompts: list[str]) -> None:
        """Find every printed row again without a call."""
        write_rows(self.scrimp, prompts, "all.jsonl")
        ran = self.scrimp("run", "all.jsonl", "--cache", "only", "--progress", "none", timeout=600)
        kept = {prompts[row["index"]]: row["output"] for row in rows_of(ran) if row["status"] == "ok"}
        lost = [text for text in self.printed if kept.get(text) != echo_of(text)]
        if lost or ran.status not in (0, 7):
            self.broken.append(
                f"kill {self.kills}: {len(lost)} of {len(self.printed)} printed rows are not in the cache: {lost[:3]}; "
                f"exit status {ran.status} {ran.err[-300:]}"
            )

    def _finish(self) -> None:
        """Answer what is left and look at the whole."""
        ran = self.scrimp(*self._words, timeout=600)
        self._read(ran.out.encode(), self.prompts[-self.plan.rows :])
        if ran.status != 0:
            self.broken.append(f"the last run ended with {ran.status}: {ran.err[-300:]}")
        self._integrity()
        self._look(self.prompts)
        self._ledger()

    def _ledger(self) -> None:
        """Whatever is paid is kept, and is paid once."""
        paid = Counter(entry.key for entry in ledger_of(self.scrimp.home) if entry.status == "paid")
        with closing(sqlite3.connect(self.scrimp.home / "cache.db")) as db:
            kept = {key.hex() for (key,) in db.execute("SELECT key FROM cache")}
        if gone := paid.keys() - kept:
            self.broken.append(f"{len(gone)} completions are paid in the ledger and not in the cache")
        if twice := sum(times > 1 for times in paid.values()):
            self.broken.append(f"{twice} keys are paid twice in the ledger")

    def judge(self, seen: Report) -> None:
        """Hold what the provider saw against what was printed."""
        again = self._asked_again(seen)
        if again.total() > self.kills * self.plan.concurrency:
            self.broken.append(
                f"{again.total()} calls were made again: {self.kills} kills with {self.plan.concurrency} in flight "
                f"explain {self.kills * self.plan.concurrency}"
            )
        for text, printed in self.printed.items():
            late = sum(at > printed for at, _ in seen.prompts[text].visits)
            if late:
                self.broken.append(f"{text!r} had been printed and was asked for {late} times more")

    def _asked_again(self, seen: Report) -> Counter[int]:
        """Count requests for a prompt beyond its first, by the kill that came before them."""
        again = Counter[int]()
        for each in seen.prompts.values():
            for at, _ in each.visits[1:]:
                again[sum(death < at for death in self.deaths)] += 1
        return again

    def report(self, seen: Report) -> Iterator[str]:
        """Yield what happened, a figure a line."""
        again, entries = self._asked_again(seen), ledger_of(self.scrimp.home)
        statuses = Counter(entry.status for entry in entries)
        yield f"kills           {self.kills}: {dict(self.signals)}; {self.early} had ended by SIGTERM already"
        yield f"whole runs      {self.whole_runs} were over before their kill"
        yield f"prompts         {len(self.prompts)}, of which {len(self.printed)} were printed"
        yield (
            f"asked again     {again.total()} calls, {again.total() / max(1, self.kills):.2f} a kill, at most "
            f"{max(again.values(), default=0)} after one; {self.plan.concurrency} in flight"
        )
        yield f"requests        {seen.requests}, of which {seen.billed_twice} completions were generated again"
        yield f"ledger          {dict(statuses)}; {max(0, seen.requests - len(entries))} requests are not in it"
        yield f"broken          {len(self.broken) or 'nothing'}"


def kill_again_and_again(scrimp: Scrimp, plan: Plan) -> tuple[Killing, Report]:
    """Do it, and return what is known afterwards."""
    killing = Killing(scrimp, plan)
    with chaos_provider(seed=plan.seed, delay=DELAY) as provider:
        configure(scrimp, provider.url)
        killing.go()
        seen = provider.report()
    killing.judge(seen)
    return killing, seen


def main() -> int:
    """Run it and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--concurrency", type=int, default=8)
    parser.add_argument("--check-every", type=int, default=10, help="kills between two looks into the cache")
    plan = Plan(**vars(parser.parse_args()))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as place:
        killing, seen = kill_again_and_again(Scrimp(Path(place)), plan)
        print("\n".join(killing.report(seen)))
    print(f"time            {time.monotonic() - began:.1f} s")
    for sentence in killing.broken:
        print(f"BROKEN {sentence}")
    return int(bool(killing.broken))


if __name__ == "__main__":
    sys.exit(main())
