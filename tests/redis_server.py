"""A real Redis or Valkey server for a test, on a Unix socket of its own; and a proxy that makes one slow."""

from __future__ import annotations

import selectors
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from redis import Redis

PROGRAMS = ("redis-server", "valkey-server")
_READY = "eady to accept connections"
_LONGEST = 70  # characters of where temporary files are: a socket's whole path has 107 at most


class RedisServer:
    """A server that a test starts, asks, kills and starts again; it keeps nothing on a disk unless it is told to."""

    def __init__(self, folder: Path, *options: str, program: Path | None = None) -> None:
        self._program = program or next(filter(None, map(shutil.which, PROGRAMS)))
        self._folder, self._options = folder, options
        self.socket = folder / "socket"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[str] | None = None
        self._clients: list[Redis] = []

    @property
    def product(self) -> str:
        """Whose server it is, by its own word."""
        said = subprocess.run([self._program, "--version"], check=True, capture_output=True, text=True).stdout
        return said.split()[0]

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._folder), "--save", ""]
        self._process = subprocess.Popen([self._program, *words, *self._options], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said: list[str] = []
        for line in self._process.stdout:
            said.append(line)
            if _READY in line:
                return
        raise AssertionError(f"{self._program} did not start: {''.join(said)}")

    def kill(self) -> None:
        """End it as a kill -9 does."""
        if self._process is not None and self._process.stdout is not None:
            self._process.kill()
            self._process.stdout.read()  # ends once what it forked to write its files has, which has the same pipe
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    @property
    def client(self) -> Redis:
        """A client of the server that knows nothing of scrimp."""
        from redis import Redis  # tests that need none run where it is not installed

        self._clients.append(Redis(unix_socket_path=str(self.socket), password=self._password))
        return self._clients[-1]

    @property
    def _password(self) -> str | None:
        words = self._options
        return words[words.index("--requirepass") + 1] if "--requirepass" in words else None

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.kill()


@contextmanager
def redis_server(*options: str, program: Path | None = None) -> Iterator[RedisServer]:
    """Run a server with these options more; skip the test where there is none to run."""
    pytest.importorskip("redis", reason="the extra `redis` is not installed")
    if program is None and not any(map(shutil.which, PROGRAMS)):
        pytest.skip(f"none of {', '.join(PROGRAMS)} is installed: apt-get install redis-server")
    short = None if len(tempfile.gettempdir()) < _LONGEST else "/tmp"
    with tempfile.TemporaryDirectory(prefix="scrimp-redis-", dir=short) as folder:
        server = RedisServer(Path(folder), *options, program=program)
        server.start()
        try:
            yield server
        finally:
            server.close()


class SlowProxy:
    """Hands bytes on to a server; what it answers waits for `delay` seconds, or for good where it hangs."""

    def __init__(self, server: Path, listener: socket.socket) -> None:
        self.delay = 0.0
        self.url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        self.connections = 0
        self._server, self._listener = server, listener
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self.connections += 1
                self._threads.append(threading.Thread(target=self._hand_on, args=[near], daemon=True))
                self._threads[-1].start()

    def _hand_on(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        with near, far, selectors.DefaultSelector() as selector, suppress(OSError):
            far.connect(str(self._server))
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            late: list[tuple[float, bytes]] = []  # answers on their way, and when they arrive
            while not self._ended.is_set():
                wait = max(0.0, min(0.02, late[0][0] - time.monotonic())) if late else 0.02
                for key, _ in selector.select(wait):
                    data = key.fileobj.recv(1 << 16)
                    if not data:
                        return
                    if key.fileobj is near:
                        far.sendall(data)
                    else:
                        late.append((time.monotonic() + self.delay, data))
                while late and late[0][0] <= time.monotonic():
                    near.sendall(late.pop(0)[1])


@contextmanager
def slow_proxy(server: RedisServer) -> Iterator[SlowProxy]:
    """Stand before a server."""
    proxy = SlowProxy(server.socket, socket.create_server(("127.0.0.1", 0)))
    try:
        yield proxy
    finally:
        proxy.close()
