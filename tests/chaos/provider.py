"""A provider that fails as real ones do: chat completions over raw sockets, in a process of its own, faults by a seed.

`python tests/chaos/provider.py --seed 1 --faults 0.1 --delay 0.01` prints its port and answers each prompt with its
echo until its stdin is closed; then it prints one JSON report of what it did. The faults are in `faults.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chaos.faults import FAULTS, Settings, Visit, mix_of, reply

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"
_PATH = b"POST /v1/chat/completions "


class Seen(Struct):
    """What was done for one prompt."""

    visits: list[tuple[float, str]] = []  # when it was asked for (seconds since the epoch), and the fault it met
    billed: int = 0  # whole completions generated
    delivered: int = 0  # sound replies that arrived whole


class Report(Struct):
    """What a provider did in its life."""

    requests: int = 0
    connections: int = 0
    most_open: int = 0  # requests at one time
    kinds: dict[str, int] = {}  # requests by the fault they met
    turned: float | None = None  # when `after` requests had come and all the later ones began to fail
    billed_twice: int = 0  # completions generated beyond one a prompt
    prompts: dict[str, Seen] = {}


class Provider:
    """What all connections share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.report = Report()
        self.tasks: set[asyncio.Task[None]] = set()
        self._mix = mix_of(settings.mix)
        self._kinds = Counter[str]()
        self._open = 0

    async def answer(self, visit: Visit) -> None:
        """Meet a request with what its prompt and the seed say."""
        kind = self._kind(visit)
        self._open += 1
        self.report.most_open = max(self.report.most_open, self._open)
        if self.settings.delay and kind != "dead":
            await asyncio.sleep(self.settings.delay)
        try:
            await FAULTS[kind](visit)
        finally:
            self._open -= 1
            seen = self.report.prompts[visit.prompt]
            seen.billed += visit.billed
            seen.delivered += visit.delivered

    def _kind(self, visit: Visit) -> str:
        settings, report = self.settings, self.report
        seen = report.prompts.setdefault(visit.prompt, Seen())
        # Chance is bound to the prompt and not to the order of requests, which no two runs have in common.
        visit.chance.seed(f"{settings.seed}/{visit.prompt}/{len(seen.visits)}")
        kind = visit.chance.choice(self._mix) if visit.chance.random() < settings.faults else "none"
        if settings.then and report.requests >= settings.after:
            report.turned = report.turned or visit.at
            kind = settings.then
        report.requests += 1
        self._kinds[kind] += 1
        seen.visits.append((visit.at, kind))
        return kind

    def final(self) -> Report:
        """Return the report with its sums."""
        self.report.kinds = dict(self._kinds.most_common())
        self.report.billed_twice = sum(max(0, seen.billed - 1) for seen in self.report.prompts.values())
        return self.report


class Connection(asyncio.Protocol):
    """One connection; requests on it are answered in turn, as HTTP/1.1 has it."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._buffer = bytearray()
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._provider.report.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        """Take the next request, once it is whole and the one before is answered."""
        end = self._buffer.find(_END_OF_HEAD)
        if self._busy or end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(_LENGTH)
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        start = end + len(_END_OF_HEAD)
        if len(self._buffer) < start + length:
            return
        known = self._buffer.startswith(_PATH)
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        if not known:
            self._transport.write(reply(404, b'{"error": {"message": "no such path", "code": null}}'))
            return
        self._busy = True
        visit = Visit(json.loads(body), self._provider.settings, self._transport)
        task = asyncio.ensure_future(self._provider.answer(visit))
        self._provider.tasks.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._provider.tasks.discard(task)
        self._busy = False
        if not task.cancelled():
            task.result()
            self._next()


async def serve(settings: Settings) -> Report:
    """Answer until stdin is closed; return what was done."""
    loop = asyncio.get_running_loop()
    provider = Provider(settings)
    server = await loop.create_server(lambda: Connection(provider), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    for task in provider.tasks:
        task.cancel()
    return provider.final()


class Running:
    """A provider in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        self._report: Report | None = None
        self.url = f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"

    def report(self) -> Report:
        """End the provider and return what it did."""
        if self._report is None:
            process = self._process
            assert process.stdin is not None
            assert process.stdout is not None
            with process:
                process.stdin.close()
                said = process.stdout.read()
            self._report = msgspec.json.decode(said, type=Report)
        return self._report


@contextmanager
def chaos_provider(**settings: Any) -> Iterator[Running]:
    """Run a provider for the length of a test; the words are those of `Settings`."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    process = subprocess.Popen(
        [sys.executable, __file__, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    running = Running(process)
    try:
        yield running
    finally:
        running.report()


def settings_of(words: list[str]) -> Settings:
    """Return the settings a command line means: a flag for each field."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for field in msgspec.structs.fields(Settings):
        flag = "--" + field.name.replace("_", "-")
        parser.add_argument(flag, type=type(field.default), default=field.default, help=f"default: {field.default!r}")
    settings = Settings(**vars(parser.parse_args(words)))
    mix_of(f"{settings.mix or 'MIX'},{settings.then or 'none'}")  # a misspelt name is said at the start
    return settings


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(asyncio.run(serve(settings_of(sys.argv[1:])))).decode() + "\n")
