"""Several machines over one shared cache: what is called twice, what a dead or slow server costs, what a second adds.

    python tests/bench/shared.py [--rows 5000] [--only overlap]

Each machine has a home of its own; the server is a real one on this machine. It prints what it measured and judges
nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # tests/, as pytest has it

from bench.home import Home, prompt
from bench.processes import CrashError
from bench.provider import Ours, provider
from bench.rates import most_beyond
from redis_server import RedisServer, slow_proxy

_ROUNDS = 3
# By the prices of a home, what a call costs that our provider answers, in dollars.
_COST = Decimal("0.00004")
_STOPPED = 5  # exit status


class Machine:
    """A home that names the server, or none."""

    def __init__(self, folder: Path, url: str, server: str | None, more: str = "") -> None:
        self._home = Home(folder)
        self._home.configure(url)
        if server is not None:
            with (folder / "config.toml").open("a", encoding="utf-8") as file:
                file.write(f'\n[shared]\ncache = "{server}"\n{more}')

    def start(self, rows: Sequence[int], in_flight: int, *flags: str) -> Run:
        return Run(self._home, rows, in_flight, flags)


class Run:
    """A run that was started."""

    def __init__(self, home: Home, rows: Sequence[int], in_flight: int, flags: Sequence[str]) -> None:
        file, self._out = home.folder / "in.jsonl", home.folder / "out.jsonl"
        file.write_text("".join(json.dumps({"id": row, "prompt": prompt(row)}) + "\n" for row in rows), "utf-8")
        self._rows = len(rows)
        words = [sys.executable, "-m", "scrimp", "run", str(file), "-j", str(in_flight), "-o", str(self._out), *flags]
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            words, env=home.env, cwd=home.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end(self, *, may_stop: bool = False) -> tuple[float, Counter[str], list[str]]:
        """Return the seconds it took, what became of its rows, and its warnings; it may stop for a cap if said so."""
        _, said = self._process.communicate()
        seconds, stopped = time.perf_counter() - self._began, self._process.returncode == _STOPPED and may_stop
        if self._process.returncode and not stopped:
            raise CrashError(f"scrimp run ended with {self._process.returncode}: {said[-800:]}")
        rows = [json.loads(line) for line in self._out.read_text("utf-8").splitlines()]
        if len(rows) != self._rows and not stopped:
            raise CrashError(f"scrimp run wrote {len(rows)} rows of {self._rows}")
        warnings = [line for line in said.splitlines() if "warning" in line]
        return seconds, Counter(f"{row['status']} {row['cache']}" for row in rows), warnings


class Bench:
    """The folders and servers of one measurement after another."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._folder, self._rows = folder, rows
        self._made = 0

    def _machine(self, running: Ours, server: str | None, more: str = "") -> Machine:
        self._made += 1
        return Machine(self._folder / f"machine-{self._made}", running.url, server, more)

    @contextmanager
    def _server(self, *options: str) -> Iterator[RedisServer]:
        with tempfile.TemporaryDirectory(prefix="scrimp-redis-") as folder:
            server = RedisServer(Path(folder), *options)
            server.start()
            try:
                yield server
            finally:
                server.close()

    def overlap(self, *options: str, interfere: Callable[[RedisServer], None] = lambda _: None) -> str:
        """Four machines, each with rows of which another one has one half and a third the other half."""
        half = self._rows // 2
        with provider(delay=0.05) as running, self._server(*options) as server:
            assert isinstance(running, Ours)
            runs = []
            for number in range(4):
                rows = [(number * half + row) % (4 * half) for row in range(2 * half)]
                # Each begins where another one does, so that equal rows are in flight at once.
                runs.append(self._machine(running, server.url).start(rows if number % 2 else rows[::-1], 64))
            interfere(server)
            ended = [run.end() for run in runs]
            stats = server.client.info("commandstats")
            claims = len(list(server.client.scan_iter("scrimp:claim:*", 1000)))
            kept = server.client.dbsize() - claims
            uses = sum((uses for _, uses, _ in ended), Counter[str]())
            asked = {
                name.removeprefix("cmdstat_"): stats[name]["calls"]
                for name in stats
                if "evalsha" in name or "mget" in name
            }
            return (
                f"{dict(sorted(uses.items()))}; "
                f"{len(running.times())} calls of {4 * half} prompts, {running.repeated()} made before; "
                f"{max(seconds for seconds, _, _ in ended):.1f} s; {kept} completions and {claims} claims on the "
                f"server, {asked}; warnings: {sorted({line for _, _, each in ended for line in each})}"
            )

    def together(self, interfere: Callable[[RedisServer], None] = lambda _: None) -> str:
        """The same with one cap and one rate for all: it is reached in the middle, and what is left is run later."""
        half = self._rows // 2
        prompts = 4 * half
        cap, rate = prompts * _COST * 3 / 4, max(1, prompts // 50)  # calls a second, so that it takes 50 of them
        with provider(delay=0.05) as running, self._server("--appendonly", "yes") as server:
            assert isinstance(running, Ours)
            machines = [self._machine(running, server.url, f'limits = "{server.url}"\n') for _ in range(4)]
            told = []
            for dollars in (cap, prompts * _COST + 1):
                began = time.perf_counter()
                flags = ["--budget", "bench", "--max-cost", f"{dollars}", "--max-output", "8", "--rpm", f"{rate * 60}"]
                runs = []
                for number, machine in enumerate(machines):
                    rows = [(number * half + row) % prompts for row in range(2 * half)]
                    runs.append(machine.start(rows if number % 2 else rows[::-1], 64, *flags))
                if dollars == cap:
                    interfere(server)
                ended = [run.end(may_stop=dollars == cap) for run in runs]
                seconds, times = time.perf_counter() - began, running.times()
                uses = sum((uses for _, uses, _ in ended), Counter[str]())
                told.append(
                    f"{seconds:.1f} s, {len(times)} calls of {prompts} prompts, {running.repeated()} made before, "
                    f"${len(times) * _COST} billed of ${dollars}, at most {most_beyond(times, rate)} calls beyond "
                    f"{rate} a second in any window, {dict(sorted(uses.items()))}; "
                    f"warnings: {sorted({line for _, _, each in ended for line in each})}"
                )
            return "; then ".join(told)

    def interrupted(self) -> str:
        """The same, and the server is killed in the middle, and starts again with what it had."""
        return self.together(self._kill)

    def killed(self) -> str:
        """As overlap, and the server is killed in the middle, and starts again with nothing."""
        return self.overlap(interfere=self._kill)

    def persistent(self) -> str:
        """The same, and it starts again with what it had."""
        return self.overlap("--appendonly", "yes", interfere=self._kill)

    def _kill(self, server: RedisServer) -> None:
        client = server.client
        while sum(1 for _ in client.scan_iter("scrimp:cache:*", 1000)) < self._rows // 2:
            time.sleep(0.05)
        server.kill()
        time.sleep(1.0)
        server.start()

    def slow(self) -> str:
        """One machine whose server begins to answer after 5 seconds, beside one that has none."""
        taken: dict[str, list[float]] = {"none": [], "slow": []}
        connections = []
        with provider(delay=0.01) as running, self._server() as server, slow_proxy(server) as proxy:
            assert isinstance(running, Ours)
            proxy.delay = 5.0
            for round_ in range(_ROUNDS):
                rows = range(round_ * self._rows, (round_ + 1) * self._rows)
                before = proxy.connections
                taken["none"].append(self._machine(running, None).start(rows, 64).end()[0])
                taken["slow"].append(self._machine(running, proxy.url).start(rows, 64).end()[0])
                connections.append(proxy.connections - before)
        none, slow = (statistics.median(taken[name]) for name in ("none", "slow"))
        return f"{slow:.2f} s with a server that takes 5 s, {none:.2f} s without one; it was tried {connections} times"

    def second(self) -> str:
        """Rows of two machines at once, over one server, beside the same rows of one; processor time is of scrimp."""
        taken: dict[str, list[tuple[float, float]]] = {"local": [], "one": [], "two": []}
        with provider() as running, self._server() as server:
            assert isinstance(running, Ours)
            for round_ in range(_ROUNDS):
                rows = [round_ * 2 * self._rows + row for row in range(2 * self._rows)]
                for name, url, parts in (
                    ("local", None, [rows]), ("one", server.url, [rows]),
                    ("two", server.url, [rows[: self._rows], rows[self._rows :]]),
                ):  # fmt: skip
                    server.client.flushall()
                    began, used = time.perf_counter(), _used()
                    for run in [self._machine(running, url).start(some, 64) for some in parts]:
                        run.end()
                    taken[name].append((time.perf_counter() - began, _used() - used))
        seconds = {name: statistics.median(each for each, _ in pairs) for name, pairs in taken.items()}
        used_by = {name: statistics.median(each for _, each in pairs) for name, pairs in taken.items()}
        count = 2 * self._rows
        told = ", ".join(
            f"{name} {count / seconds[name]:,.0f} rows/s, {used_by[name] / count * 1e6:,.0f} us of processor a row"
            for name in taken
        )
        return f"{told}; two beside one {seconds['one'] / seconds['two']:.2f} x"


def _used() -> float:
    """Return the processor time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    names = ("overlap", "together", "interrupted", "killed", "persistent", "slow", "second")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000, help="of each machine")
    parser.add_argument("--only", action="append", choices=names)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scrimp-bench-") as folder:
        bench = Bench(Path(folder), given.rows)
        for name in given.only or names:
            print(f"{name}: {getattr(bench, name)()}", flush=True)


if __name__ == "__main__":
    main()
