"""The program, run as a person runs it: a process with its own home and its own environment."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import Struct

from fork_server import ForkServer


class Ran(Struct):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def wait_until(true: Callable[[], bool], *, run: subprocess.Popen[bytes] | None = None, seconds: float = 100) -> None:
    """Wait until something is true; fail when it never becomes so, or when the process it depends on has ended."""
    end = time.monotonic() + seconds
    while not true():
        assert run is None or run.poll() is None, f"the process ended with {run.returncode} while it was waited for"
        assert time.monotonic() < end, f"not true after {seconds} seconds"
        time.sleep(0.01)


def provider_table(url: str, name: str = "fake", *, key_env: str = "FAKE_KEY") -> str:
    """Return a table of the config, of a provider that speaks as OpenAI does."""
    return f'[providers.{name}]\ndialect = "openai"\nbase_url = "{url}"\nkey_env = "{key_env}"\n'


AT_ONCE = """
import sys
print("ready", flush=True)
sys.stdin.read()
"""


def start_at_once(program: str, *words: str, many: int) -> list[subprocess.Popen[str]]:
    """Start Python processes that come to the end of `AT_ONCE`, in their program, at the same moment."""
    reading, writing = os.pipe()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, *words], stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(many)
    ]  # fmt: skip
    os.close(reading)
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    os.close(writing)
    return processes


class Scrimp:
    """scrimp in a directory of its own, with no key and no config but those a test gives.

    With a fork server a call is a fork of it, which starts at once; without one it is a whole process.
    """

    def __init__(self, tmp_path: Path, forks: ForkServer | None = None) -> None:
        self._forks = forks
        self._account_home = str(tmp_path)
        self.cwd = tmp_path / "work"
        self.home = tmp_path / "home"
        self.cwd.mkdir()
        self.home.mkdir(mode=0o700)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
        self.env = kept | {"SCRIMP_HOME": str(self.home), "HOME": str(tmp_path), "PYTHONWARNINGS": "error"}

    def provider(self, url: str, *, name: str = "fake", key: str = "sk-test-0123456789abcdef", more: str = "") -> None:
        """Configure one provider and use it for every tier."""
        self.env["FAKE_KEY"] = key
        self.config(
            f"{provider_table(url, name)}"
            f'[tiers]\nsimple = ["{name}/test-model"]\nmedium = ["{name}/test-model"]\nhigh = ["{name}/test-model"]\n'
            f'[models."{name}/test-model"]\nprice = {{ input = 1.0, output = 10.0 }}\n{more}'
        )

    def config(self, text: str) -> None:
        (self.home / "config.toml").write_text(text, encoding="utf-8")

    def file(self, name: str, text: str | bytes) -> Path:
        path = self.cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def copy(self, place: Path) -> None:
        """Take over the files of another one, made in `place`."""
        shutil.copytree(place / "work", self.cwd, dirs_exist_ok=True)
        shutil.copytree(place / "home", self.home, dirs_exist_ok=True)

    def start(self, *words: str, **kwargs: Any) -> subprocess.Popen[bytes]:
        self._check_home()
        return subprocess.Popen([*self.program, *words], cwd=self.cwd, env=self.env, **kwargs)

    def start_in_pipe(self, through: str, *words: str, **kwargs: Any) -> subprocess.Popen[bytes]:
        """Start a shell that runs the program with its stdout in a pipe, as `cut -c1-40`."""
        self._check_home()
        pipe = ["sh", "-c", f'"$@" | {through}', "sh", *self.program, *words]
        return subprocess.Popen(pipe, cwd=self.cwd, env=self.env, **kwargs)

    def _check_home(self) -> None:
        """Refuse what a process would do in the home of whoever runs the tests; a fork has an account of its own."""
        assert self.env.get("SCRIMP_HOME") or self.env.get("HOME"), "a whole process needs SCRIMP_HOME or HOME"

    def __call__(self, *words: str, stdin: str | bytes | None = None, timeout: float = 100) -> Ran:
        if self._forks is None:
            return self.process(*words, stdin=stdin, timeout=timeout)
        data = stdin.encode() if isinstance(stdin, str) else stdin
        status, out, err = self._forks.run(
            words, cwd=self.cwd, env=self.env, stdin=data, timeout=timeout, account_home=self._account_home
        )
        return Ran(status, out.decode(), err.decode())

    def amid(self, *words: str, stdin: bytes | None = None, **surroundings: Any) -> Ran:
        """Run a command in surroundings of `ForkServer.run`, such as a closed stream."""
        assert self._forks is not None
        status, out, err = self._forks.run(
            words, cwd=self.cwd, env=self.env, stdin=stdin, timeout=100, account_home=self._account_home, **surroundings
        )  # fmt: skip
        return Ran(status, out.decode("utf-8", "backslashreplace"), err.decode("utf-8", "backslashreplace"))

    def process(self, *words: str, stdin: str | bytes | None = None, timeout: float = 100) -> Ran:
        """Run the installed program from its very start."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if data is None else {"input": data}
        self._check_home()
        ran = subprocess.run(
            [*self.program, *words],
            cwd=self.cwd,
            env=self.env,
            capture_output=True,
            timeout=timeout,
            check=False,
            **given,
        )
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    def paid_calls(self) -> tuple[int, Fraction]:
        """Return how many calls of the ledger were paid, and their dollars, exactly."""
        with closing(sqlite3.connect(self.home / "ledger.db")) as db:
            paid = db.execute("SELECT cost_nano, cost_pico FROM entries WHERE status = 'paid'").fetchall()
        return len(paid), sum((Fraction(nano, 10**9) + Fraction(pico, 10**12) for nano, pico in paid), Fraction())

    @property
    def program(self) -> list[str]:
        installed = Path(sys.executable).with_name("scrimp")
        return [str(installed)] if installed.exists() else [sys.executable, "-m", "scrimp"]
