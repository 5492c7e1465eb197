"""Runs the user's check on a completion: text on its stdin, the exit status decides."""

from __future__ import annotations

import asyncio
import contextlib
import shlex

from scrimp.errors import ConfigError
from scrimp.escalation.questions import CheckResult

_SECONDS = 60.0


async def run_check(command: str, text: str) -> CheckResult:
    """Return whether the command accepts the text; one that cannot be started is an error of the whole run."""
    try:
        words = shlex.split(command)
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (OSError, IndexError, ValueError) as error:
        raise ConfigError(f"--check '{command}' cannot be started ({error}): name a program that exists") from error
    try:
        async with asyncio.timeout(_SECONDS):
            await process.communicate(text.encode())
    except TimeoutError:
        return CheckResult(passed=False, detail=f"the check took longer than {_SECONDS:g} s")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return CheckResult(passed=process.returncode == 0, detail=f"exit status {process.returncode}")
