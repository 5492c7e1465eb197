"""Runs the user's check on a completion: text on its stdin, the exit status decides.

A check is the leader of a process group of its own, so that one that hangs is ended with all it has started. What has
left that group may live on, with the check's streams: these are files, so that nothing here waits for their end.
asyncio has pipes for them, and waits until all of these are closed, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Mapping
from typing import IO

from scrimp.command_words import CommandError, command_words
from scrimp.errors import TEMPORARY_ROOM, ConfigError, OutputError
from scrimp.escalation.questions import CheckResult

LONGEST = 60.0  # seconds a check may take
TRIAL = 2.0  # seconds after which a check that is still running has certainly been started
# What a shell, env and the like exit with where the command they were given is not executable, or not found.
_NOT_STARTED = (126, 127)
_NOTHING: Mapping[str, bytes] = {}
_MOST_WORDS = 200  # characters of a program's own complaint
_MOST_BYTES = 10_000  # of the end of its stderr


async def try_check(command: str) -> None:
    """Start the check on an empty text, before anything is paid for; ConfigError if it cannot be started.

    Its verdict on an empty text means nothing, and one that is still running after two seconds has been started.
    """
    with _file(b"") as said:
        try:
            async with _running(command, "", stderr=said) as check, asyncio.timeout(TRIAL):
                status = await check.exit_status()
        except TimeoutError:
            return
        if status in _NOT_STARTED:
            said.seek(max(0, said.seek(0, os.SEEK_END) - _MOST_BYTES))
            lines = said.read(_MOST_BYTES).decode(errors="replace").strip().splitlines() or ["it says nothing more"]
            raise _not_started(command, f"exit status {status}: {lines[-1][:_MOST_WORDS]}")


async def run_check(
    command: str, text: str, *, longest: float = LONGEST, env: Mapping[str, bytes] = _NOTHING
) -> CheckResult:
    """Return whether the command accepts the text; one that cannot be started is an error of the whole run.

    One that runs longer than `longest` seconds is ended, and has not accepted it. `env` is added to its environment.
    """
    try:
        async with _running(command, text, env=env) as check, asyncio.timeout(longest):
            status = await check.exit_status()
    except TimeoutError:
        return CheckResult(passed=False, detail=f"it was still running after {longest:g} s, and was ended")
    return CheckResult(passed=status == 0, detail=f"exit status {status}")


class _Check:
    """A check that was started; a thread waits for its exit."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process, self._exited = process, asyncio.Event()
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._wait, args=(loop,), name="scrimp-check", daemon=True).start()

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        self._process.wait()
        with contextlib.suppress(RuntimeError):  # a loop that has ended
            loop.call_soon_threadsafe(self._exited.set)

    async def exit_status(self) -> int:
        await self._exited.wait()
        return self._process.returncode

    async def end(self) -> None:
        """End it if it is still running, with its whole process group."""
        if not self._exited.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._exited.wait()


@contextlib.asynccontextmanager
async def _running(
    command: str, text: str, *, stderr: IO[bytes] | int = subprocess.DEVNULL, env: Mapping[str, bytes] = _NOTHING
) -> AsyncIterator[_Check]:
    """Start a check of a text; end it, if it still runs, with the block."""
    with _file(text.encode()) as stdin:
        check = _Check(_start(command, stdin, stderr, env))
    try:
        yield check
    finally:
        await check.end()


def _start(
    command: str, stdin: IO[bytes], stderr: IO[bytes] | int, env: Mapping[str, bytes]
) -> subprocess.Popen[bytes]:  # fmt: skip
    try:
        return subprocess.Popen(
            command_words(command), stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True,
            env={**os.environb, **{os.fsencode(name): value for name, value in env.items()}} if env else None,
        )  # fmt: skip
    except CommandError as error:
        raise ConfigError(f"--check '{command}' cannot be run: {error}") from error
    except (OSError, ValueError) as error:
        raise _not_started(command, getattr(error, "strerror", None) or str(error)) from error


def _file(data: bytes) -> IO[bytes]:
    """Return a file without a name that has these bytes, in memory where the system has such files."""
    try:
        file = _in_memory() or tempfile.TemporaryFile()  # noqa: SIM115 - as long as the check needs it
        file.write(data)
        file.seek(0)
    except OSError as error:
        raise OutputError(f"a completion cannot be given to --check ({error.strerror}): {TEMPORARY_ROOM}") from error
    return file


def _in_memory() -> IO[bytes] | None:
    if not hasattr(os, "memfd_create"):
        return None
    try:
        return os.fdopen(os.memfd_create("scrimp-check"), "w+b")
    except OSError:  # a sandbox may forbid it
        return None


def _not_started(command: str, reason: str) -> ConfigError:
    return ConfigError(f"--check '{command}' cannot be started ({reason}): name a program that exists")
