"""A check may start what outlives it, a compiler's or a linter's server, which keeps the streams that it was given."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from shlex import quote

import pytest

from command import wait_until
from scrimp.escalation.questions import CheckResult
from scrimp.flows.answer.check_command import run_check, try_check

# More than a pipe takes: something of it is always left to write.
TEXT = "a word " * 50_000
FOREVER = 1000.0
# In the background a shell would give the server an empty stdin instead of its own.
SCRIPT = """
cd "${0%/*}"; exec 3<&0
setsid sh -c 'echo $$ >new; mv new server; exec sleep 1000' <&3 &
while [ ! -e server ]; do sleep 0.01; done
exec $1 $2
"""


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Path]:
    """Yield a script that starts a process of a session of its own, then goes on as its first argument says."""
    script = tmp_path / "check.sh"
    script.write_text(SCRIPT)
    yield script
    with suppress(FileNotFoundError):
        os.kill(int((tmp_path / "server").read_text()), signal.SIGKILL)


def test_a_check_is_judged_by_its_status_although_what_it_started_keeps_its_stdin(check: Path) -> None:
    result = asyncio.run(run_check(f"sh {quote(str(check))} true", TEXT, longest=FOREVER))

    assert result == CheckResult(passed=True, detail="exit status 0")


@pytest.mark.parametrize("begin", [try_check, partial(run_check, text=TEXT, longest=FOREVER)], ids=["trial", "check"])
def test_the_end_of_a_check_is_not_that_of_what_it_started(
    check: Path, begin: Callable[[str], Coroutine[None, None, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrimp.flows.answer.check_command.TRIAL", FOREVER)

    async def interrupted() -> None:
        task = asyncio.create_task(begin(f"sh {quote(str(check))} sleep 1000"))
        await asyncio.to_thread(wait_until, (check.parent / "server").exists)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(interrupted())
