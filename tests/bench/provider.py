"""A provider process for the length of a measurement: ours or nginx, gone when the benchmark is gone."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from bench import nginx
from bench.processes import CrashError
from raw_server import free_port

SERVERS = ("ours", "nginx")
_SERVER = Path(__file__).with_name("server.py")
# nginx ends when the shell's stdin closes, as ours does: even a killed benchmark leaves nothing running.
_UNTIL_STDIN_CLOSES = '"$@" & cat > /dev/null; kill $!; wait $!'


class Provider(Protocol):
    """What a measurement may ask of either server."""

    url: str

    def times(self) -> Sequence[float]:
        """Return the moment of every reply."""

    def most_in_flight(self) -> int | None:
        """Return how many calls were in flight at once at the most, if the server can tell."""


class Ours:
    """Our server, which tells what it saw over the same port."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._port = port

    def times(self) -> Sequence[float]:
        return array("d", self._get("/times"))

    def most_in_flight(self) -> int | None:
        return int(self._get("/most"))

    def repeated(self) -> int:
        """Return how many calls were made that had been made before."""
        return int(self._get("/repeated"))

    def refused(self) -> int:
        """Return how many calls were refused with 429."""
        return int(self._get("/refused"))

    def _get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


class Nginx:
    """nginx, which tells what it saw in its access log."""

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._log = log

    def times(self) -> Sequence[float]:
        time.sleep(0.5)  # longer than nginx keeps lines to itself
        return array("d", map(float, self._log.read_text().split()))

    def most_in_flight(self) -> int | None:
        return None


@contextmanager
def provider(kind: str = "ours", *, delay: float = 0.0, states: int | None = None) -> Iterator[Provider]:
    """Run a server that answers after `delay` seconds; ours may state how many requests a minute it takes."""
    stated = () if states is None else ("--states", str(states))
    with _nginx(delay) if kind == "nginx" else _ours(delay, *stated) as running:
        yield running


@contextmanager
def refusing(pattern: str, *, delay: tuple[float, float]) -> Iterator[Ours]:
    """Run a server that refuses calls by a pattern of `refusals` and answers the others after some seconds."""
    shortest, longest = delay
    with _ours(shortest, "--longest", f"{longest:g}", "--refuse", pattern) as running:
        yield running


@contextmanager
def _ours(delay: float, *more: str) -> Iterator[Ours]:
    with _until_closed([sys.executable, "-P", str(_SERVER), "--delay", f"{delay:g}", *more]) as process:
        assert process.stdout is not None
        port = process.stdout.readline()
        if not port:
            raise CrashError("the provider of the benchmark did not start")
        yield Ours(int(port))


@contextmanager
def _nginx(delay: float) -> Iterator[Provider]:
    where = nginx.found()
    if where is None:
        raise CrashError("no nginx with the echo module here (Debian: nginx-light libnginx-mod-http-echo)")
    program, module = where
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="scrimp-bench-nginx-") as name:
        folder = Path(name)
        (folder / "nginx.conf").write_text(nginx.config(folder, module=module, port=port, delay=delay))
        words = [program, "-p", name, "-e", f"{name}/error.log", "-c", f"{name}/nginx.conf"]
        with _until_closed(["sh", "-c", _UNTIL_STDIN_CLOSES, "sh", *words]):
            _wait_for(port)
            yield Nginx(port, folder / "times")


@contextmanager
def _until_closed(words: list[str]) -> Iterator[subprocess.Popen[str]]:
    # Apart from the terminal: Ctrl-C is for the benchmark, which then closes the server's stdin.
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise CrashError("nginx did not start")
