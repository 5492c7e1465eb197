"""Runs the user's check on a completion: text on its stdin, the exit status decides.

A check is the leader of a process group of its own, so that one that hangs is ended with all it has started.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping

from scrimp.command_words import CommandError, command_words
from scrimp.errors import ConfigError
from scrimp.escalation.questions import CheckResult

LONGEST = 60.0  # seconds a check may take
TRIAL = 2.0  # seconds after which a check that is still running has certainly been started
# What a shell, env and the like exit with where the command they were given is not executable, or not found.
_NOT_STARTED = (126, 127)
_NOTHING: Mapping[str, bytes] = {}
_MOST_WORDS = 200  # characters of a program's own complaint


async def try_check(command: str) -> None:
    """Start the check on an empty text, before anything is paid for; ConfigError if it cannot be started.

    Its verdict on an empty text means nothing, and one that is still running after two seconds has been started.
    """
    process = await _start(command, stderr=PIPE)
    said = b""
    try:
        async with asyncio.timeout(TRIAL):
            _, said = await process.communicate(b"")
    except TimeoutError:
        return
    finally:
        await _end(process)
    if process.returncode in _NOT_STARTED:
        lines = said.decode(errors="replace").strip().splitlines() or ["it says nothing more"]
        raise _not_started(command, f"exit status {process.returncode}: {lines[-1][:_MOST_WORDS]}")


async def run_check(
    command: str, text: str, *, longest: float = LONGEST, env: Mapping[str, bytes] = _NOTHING
) -> CheckResult:
    """Return whether the command accepts the text; one that cannot be started is an error of the whole run.

    One that runs longer than `longest` seconds is ended, and has not accepted it. `env` is added to its environment.
    """
    process = await _start(command, stderr=DEVNULL, env=env)
    try:
        async with asyncio.timeout(longest):
            await process.communicate(text.encode())
    except TimeoutError:
        return CheckResult(passed=False, detail=f"it was still running after {longest:g} s, and was ended")
    finally:
        await _end(process)
    return CheckResult(passed=process.returncode == 0, detail=f"exit status {process.returncode}")


async def _start(command: str, *, stderr: int, env: Mapping[str, bytes] = _NOTHING) -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command_words(command), stdin=PIPE, stdout=DEVNULL, stderr=stderr, start_new_session=True,
            env={**os.environb, **{os.fsencode(name): value for name, value in env.items()}} if env else None,
        )  # fmt: skip
    except CommandError as error:
        raise ConfigError(f"--check '{command}' cannot be run: {error}") from error
    except (OSError, ValueError) as error:
        raise _not_started(command, getattr(error, "strerror", None) or str(error)) from error


async def _end(process: Process) -> None:
    """End a check that is still running, with its whole process group."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _not_started(command: str, reason: str) -> ConfigError:
    return ConfigError(f"--check '{command}' cannot be started ({reason}): name a program that exists")
