"""Every command in every surrounding that is wrong, and with every odd value of an option: a sentence and a status.

The suite tries one pair in twenty, each command and each surrounding among them; with EVERY_SURROUNDING=1, all of them
but those that the same lines judge: a variable that is not UTF-8 is tried with one command in three, and the odd values
of an option all with the first command that declares it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from typer._click import Command

from cli.surroundings import (
    BAD_PEM,
    KEY,
    ODD_VALUES,
    SURROUNDINGS,
    Surrounding,
    commands,
    odd_values,
    options_with_values,
    working_words,
)
from command import Ran, Scrimp
from fake_provider import FakeProvider, fake_provider
from fork_server import ForkServer
from scrimp.errors import EXIT_STATUSES

Item = TypeVar("Item")
COMMANDS = dict(commands())
STEP = 1 if os.environ.get("EVERY_SURROUNDING") else 20
INTERNAL_ERROR = 1
# Each says in lines of stdout what is broken, and ends with 2.
REPORTS = ("doctor", "config check", "local status")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer) -> Iterator[tuple[Path, FakeProvider]]:
    """A home and a working directory as they are after a first run, and a provider."""
    with fake_provider() as provider:
        folder = tmp_path_factory.mktemp("used")
        scrimp = at(folder, forks, provider)
        scrimp.file("q.txt", "hello\n")
        assert scrimp("run", "q.txt", "-q").status == 0
        scrimp.file("rows.jsonl", scrimp("cache", "export").out)
        scrimp.file("other.db", (scrimp.home / "ledger.db").read_bytes())
        scrimp.file("q.txt", "hello\nanother\n")
        scrimp.file("bad.pem", BAD_PEM)
        yield folder, provider


def at(folder: Path, forks: ForkServer, provider: FakeProvider) -> Scrimp:
    scrimp = Scrimp(folder, forks)
    scrimp.env |= {
        "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.url, "SCRIMP_MODEL": "openai/gpt-6-luna",
        "SCRIMP_RETRIES": "0",
    }  # fmt: skip
    return scrimp


class Trial:
    """A command, tried again and again from the same beginning."""

    def __init__(self, name: str, scrimp: Scrimp, used: Path) -> None:
        self.name, self._scrimp, self._used = name, scrimp, used
        self._words = working_words(name, COMMANDS[name])
        self._env = dict(scrimp.env)

    def __call__(self, surrounding: Surrounding, *words: str) -> Ran:
        scrimp = self._scrimp
        for folder in (scrimp.home, scrimp.cwd):
            folder.chmod(0o700)
            shutil.rmtree(folder)
            shutil.copytree(self._used / folder.name, folder)
        scrimp.env = {name: value for name, value in {**self._env, **surrounding.env}.items() if value is not None}
        if surrounding.prepare is not None:
            surrounding.prepare(scrimp)
        return scrimp.amid(*self._words, *words, *surrounding.words, **surrounding.process)


@pytest.fixture
def trial(tmp_path: Path, forks: ForkServer, used: tuple[Path, FakeProvider], name: str) -> Iterator[Trial]:
    folder, provider = used
    scrimp = at(tmp_path, forks, provider)
    yield Trial(name, scrimp, folder)
    scrimp.home.chmod(0o700)


def some(items: Sequence[Item], name: str) -> list[Item]:
    """Return the items whose turn it is with this command."""
    return list(items)[[*COMMANDS].index(name) % STEP :: STEP]


def surroundings(name: str) -> list[Surrounding]:
    """Return the surroundings whose turn it is with this command."""
    if STEP > 1:
        return some(SURROUNDINGS, name)
    number = [*COMMANDS].index(name)
    return [each for place, each in enumerate(SURROUNDINGS) if (place + number) % each.step == 0]


def judge(name: str, ran: Ran, case: object, *, silent: bool = False) -> None:
    """Check that a command ended with a status that the manual lists, and said why where it was not a good one."""
    printed = ran.out + ran.err
    for sign in ("Traceback", "Exception ignored", "Error in sys.", "Fatal Python"):
        assert sign not in printed, (name, case, ran)
    assert ran.status in EXIT_STATUSES, (name, case, ran)
    assert ran.status != INTERNAL_ERROR, (name, case, ran)
    if ran.status and not silent:
        said = any(line.startswith("scrimp: ") for line in ran.err.splitlines())
        assert said or name in REPORTS, (name, case, ran)
    assert len(ran.err.splitlines()) < 20, (name, case, ran)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_is_wrong_around_it(trial: Trial, name: str) -> None:
    usual = trial(Surrounding("nothing is wrong"))
    judge(name, usual, "nothing is wrong")
    for surrounding in surroundings(name):
        lost = {*surrounding.process.get("closed", ()), *surrounding.process.get("full", ())}
        ran = trial(surrounding)
        judge(name, ran, surrounding.name, silent=2 in lost)
        if surrounding.ends != "with a sentence":
            # One that ends badly anyway may or may not come to print first.
            speechless = surrounding.ends == "without stdout" and usual.out
            ends = {usual.status or 2, 2} if speechless else {usual.status}
            assert ran.status in ends, (name, surrounding.name, ran)
            assert bool(ran.out) == bool(usual.out and 1 not in lost), (name, surrounding.name, ran)


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if options_with_values(command)])
def test_a_command_says_which_option_has_a_value_that_is_none(trial: Trial, name: str) -> None:
    for flag, value in some(odd_values(name, COMMANDS), name):
        judge(name, trial(Surrounding("nothing is wrong"), f"{flag}={value}"), (flag, value))


def test_every_command_is_tried_in_some_surrounding_and_every_surrounding_with_some_command() -> None:
    tried = [surrounding.name for name in COMMANDS for surrounding in surroundings(name)]

    assert all(surroundings(name) for name in COMMANDS)
    assert set(tried) == {surrounding.name for surrounding in SURROUNDINGS}


def test_every_option_is_tried_with_every_odd_value() -> None:
    flags = {(name, flag) for name in COMMANDS for flag, _ in odd_values(name, COMMANDS)}
    tried = {(flag, value) for name in COMMANDS for flag, value in odd_values(name, COMMANDS)}

    assert len(flags) == sum(len(options_with_values(command)) for command in COMMANDS.values())
    assert tried == {(flag, value) for _, flag in flags for value in ODD_VALUES}


def test_commands_come_from_the_command_line() -> None:
    assert {"run", "ask", "tune shadow", "runs errors", "config init", "help"} <= COMMANDS.keys()
    assert all(isinstance(command, Command) for command in COMMANDS.values())
