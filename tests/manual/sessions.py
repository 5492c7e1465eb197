"""Sessions that pages of the manual quote: each `$ command` of a page is run as written, at a terminal of 80 columns.

A page is one session in one directory. A fence with a file's name (```csv reviews.csv) is that file; a fence ```console
is commands with what they print, where a line `...` stands for any lines; every other fence is left alone.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

import screen

_FENCE = re.compile(r"^```(?P<kind>\w+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
# What differs from run to run: clocks, days, ports, and what a person's machine is called.
_VARYING = (
    (re.compile(r"\b\d+:\d\d\b"), "0:00"),
    (re.compile(r"\b20\d\d-\d\d-\d\d\b"), "2026-01-01"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "KEY"),
    (re.compile(r"\bb20\d{6}-\d{6}-[0-9a-f]{6}\b"), "JOB"),
    (re.compile(r"\bbatch_\w+\b"), "BATCH"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:0"),
    (re.compile(r"\bPython 3\.\w+\.\w+"), "Python 3"),
)
_COLUMNS = 80
_WIDEST = 96  # of a line in a page


class Step(Struct, frozen=True):
    """A command of a page, and what the page says it prints."""

    command: str
    printed: tuple[str, ...]


class Files(Struct, frozen=True):
    """A file that the page gives."""

    name: str
    text: str


def steps(page: str) -> Iterator[Step | Files]:
    """Yield the files and commands of a page in their order."""
    for fence in _FENCE.finditer(page):
        if fence["file"]:
            yield Files(fence["file"], fence["body"])
        elif fence["kind"] == "console":
            yield from _commands(fence["body"])


def _commands(body: str) -> Iterator[Step]:
    command, printed = "", list[str]()
    for line in body.splitlines():
        if line.startswith("$ "):
            if command:
                yield Step(command, tuple(printed))
            command, printed = line[2:], []
        elif command.endswith("\\"):
            command += "\n" + line
        else:
            printed.append(line)
    if command:
        yield Step(command, tuple(printed))


class Session:
    """A shell at a terminal, in a directory and with a home of its own."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.home, self.cwd = folder / "home", folder / "home/work"
        self.cwd.mkdir(parents=True)
        programs = folder / "bin"
        programs.mkdir()
        installed = Path(sys.executable).with_name("scrimp")
        program = str(installed) if installed.exists() else f"{sys.executable} -m scrimp"
        (programs / "scrimp").write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        (programs / "scrimp").chmod(0o755)
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "PYTHONPATH") if name in os.environ}
        self.env = {
            **kept, "PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(self.home), "TERM": "xterm", "PAGER": "cat",
            "PS1": "", **env,
        }  # fmt: skip
        self._exported: list[str] = []

    def take(self, step: Step | Files) -> list[str]:
        """Write a file, or run a command; return the lines that a person sees."""
        if isinstance(step, Files):
            (self.cwd / step.name).write_text(step.text, encoding="utf-8")
            return []
        if step.command.startswith(("export ", "cd ", "unset ")):
            self._exported.append(step.command)
            return []
        return self._shown(self._run("\n".join([*self._exported, step.command])))

    def _run(self, script: str) -> str:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, _COLUMNS, 0, 0))
        with subprocess.Popen(
            ["bash", "-c", script], cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave
        ):
            os.close(slave)
            received = b""
            while piece := _read(master):
                received += piece
        os.close(master)
        return received.decode()

    def _shown(self, received: str) -> list[str]:
        shown = "\n".join(screen.shown(received)).replace(f"{self.cwd}/", "").replace(str(self.home), "~")
        return [line.rstrip() for line in shown.rstrip("\n").split("\n")] if shown.strip() else []


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65_536)
    except OSError:  # Linux: the command has ended
        return b""


def same(printed: Sequence[str], shown: Sequence[str]) -> bool:
    """Return whether a command prints what the page says, wherever the page folds a line."""
    parts = [re.escape(_settled(part)) for part in re.split(r"(?:^|\n)\.\.\.(?:\n|$)", "\n".join(printed))]
    return re.fullmatch("(?:.* )?".join(parts), _settled("\n".join(shown))) is not None


def _settled(text: str) -> str:
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return "".join(f"{word} " for word in text.split())


def _fold(line: str) -> list[str]:
    return (
        textwrap.wrap(line, _WIDEST, break_long_words=False, break_on_hyphens=False) if len(line) > _WIDEST else [line]
    )


def renewed(page: str, session: Session) -> str:
    """Return the page with what its commands print now; a quotation with `...` that still holds is kept."""

    def fence(match: re.Match[str]) -> str:
        if match["file"]:
            session.take(Files(match["file"], match["body"]))
        elif match["kind"] == "console":
            return f"```console\n{''.join(map(step, _commands(match['body'])))}```"
        return match[0]

    def step(each: Step) -> str:
        shown = session.take(each)
        lines = each.printed if same(each.printed, shown) else shown
        return "\n".join([f"$ {each.command}", *(folded for line in lines for folded in _fold(line)), ""])

    return _FENCE.sub(fence, page)
