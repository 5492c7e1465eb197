"""Every command of the program with words that make it work, and what can be wrong around it.

The commands come from the command line itself, so that a new one is tried as well.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from typer._click import Command, Parameter
from typer.core import TyperGroup

from command import Scrimp
from scrimp.cli.startup.lazy_group import COMMANDS, load

NOT_UTF8 = os.fsdecode(b"caf\xe9")
BAD_PEM = "-----BEGIN CERTIFICATE-----\nMIIBgarbage\n-----END CERTIFICATE-----\n"
KEY = "sk-test-0123456789abcdef"
# What a required argument is given, by the first word of its name in the help; any other is given a word.
ARGUMENTS = {
    "INPUT": "q.txt", "FILE": "q.txt", "MODEL": "openai/gpt-6-luna", "RUN": "last", "SHELL": "bash", "KEY": "00",
}  # fmt: skip
# More of them, so that there is something to do; an install must not download anything.
MORE = {
    "batch submit": ("rows.jsonl", "--dry-run"),
    "run": ["q.txt"], "ask": ["hi"], "estimate": ["q.txt"], "route": ["q.txt"], "compress": ["q.txt"],
    "tune shadow": ["q.txt", "--models", "openai/gpt-6-luna"], "local install": ["--file", "q.txt"], "help": ["rows"],
    "cache prune": ["--older", "1d"], "cache import": ["rows.jsonl"], "runs merge": ["other.db"],
}  # fmt: skip


def commands() -> Iterator[tuple[str, Command]]:
    """Yield every command that does something, with its name."""
    for name in COMMANDS:
        yield from _leaves(load(name), name)


def _leaves(command: Command, name: str) -> Iterator[tuple[str, Command]]:
    if isinstance(command, TyperGroup):
        if command.invoke_without_command:
            yield name, command
        for word, inner in command.commands.items():
            yield from _leaves(inner, f"{name} {word}")
    else:
        yield name, command


def working_words(name: str, command: Command) -> list[str]:
    """Return the words of a command line that works."""
    if name in MORE:
        return [*name.split(), *MORE[name]]
    required = [
        parameter for parameter in command.params if parameter.required and parameter.param_type_name == "argument"
    ]
    metavars = [str(parameter.metavar).strip("[]").split("|")[0].rstrip(".") for parameter in required]
    return [*name.split(), *(ARGUMENTS.get(metavar, "x") for metavar in metavars)]


def odd_values(name: str, commands: Mapping[str, Command]) -> list[tuple[str, str]]:
    """Return options of a command that take a value, with values they may be given by mistake.

    An option that several commands declare alike is parsed alike: the first of them has it with every value, each other
    with one, in turn.
    """
    pairs = []
    for option in options_with_values(commands[name]):
        alike = [other for other, command in commands.items() if _declares(command, option)]
        turn = alike.index(name)
        values = ODD_VALUES if turn == 0 else [ODD_VALUES[turn % len(ODD_VALUES)]]
        pairs += [(_flag(option), value) for value in values]
    return pairs


def options_with_values(command: Command) -> list[Parameter]:
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    return [option for option in options if not getattr(option, "is_flag", False)]


def _declares(command: Command, option: Parameter) -> bool:
    """Return whether a command has an option with the same name, type and words."""
    return any(_declaration(other) == _declaration(option) for other in options_with_values(command))


def _declaration(option: Parameter) -> tuple[str, str, bool, object]:
    return _flag(option), repr(option.type), getattr(option, "multiple", False), getattr(option, "help", None)


def _flag(option: Parameter) -> str:
    return max(option.opts, key=len)


class Surrounding(Struct, frozen=True):
    """What is wrong: something of the process, variables, files of the home, or words at the end of the line.

    A command ends as `ends` says: as it does where nothing is wrong, not at all well where it prints to stdout, or in
    any way that is said.
    """

    name: str
    process: Mapping[str, Any] = {}
    env: Mapping[str, str | None] = {}
    prepare: Callable[[Scrimp], None] | None = None
    words: Sequence[str] = ()
    ends: Literal["as usual", "without stdout", "with a sentence"] = "with a sentence"
    step: int = 1  # each command in so many; above 1 where all commands read it in the same place


def _config(text: str) -> Callable[[Scrimp], None]:
    return lambda scrimp: scrimp.config(text)


def _file(name: str, data: bytes) -> Callable[[Scrimp], None]:
    def prepare(scrimp: Scrimp) -> None:
        (scrimp.home / name).write_bytes(data)

    return prepare


def _directories(*names: str) -> Callable[[Scrimp], None]:
    def prepare(scrimp: Scrimp) -> None:
        for name in names:
            (scrimp.home / name).unlink(missing_ok=True)
            (scrimp.home / name).mkdir()

    return prepare


def _modes(file_mode: int, folder_mode: int) -> Callable[[Scrimp], None]:
    def prepare(scrimp: Scrimp) -> None:
        for path in scrimp.home.rglob("*"):
            path.chmod(folder_mode if path.is_dir() else file_mode)
        scrimp.home.chmod(folder_mode)

    return prepare


def _newer_stores(scrimp: Scrimp) -> None:
    for name in ("cache.db", "ledger.db"):
        db = sqlite3.connect(scrimp.home / name)
        db.execute("PRAGMA user_version = 9999")
        db.close()


def _closed(*numbers: int) -> Surrounding:
    names = ("stdin", "stdout", "stderr")
    ends: Literal["as usual", "without stdout"] = "without stdout" if 1 in numbers else "as usual"
    return Surrounding(f"closed: {' '.join(names[each] for each in numbers)}", {"closed": numbers}, ends=ends)


_VARIABLES = (
    "SCRIMP_TIER", "SCRIMP_TIMEOUT", "SCRIMP_X", "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_CUSTOM_HEADERS",
    "ANTHROPIC_AUTH_TOKEN", "OLLAMA_HOST", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "LANG", "TZ",
    "TERM", "COLUMNS", "NO_COLOR", "PAGER", "TMPDIR", "PATH", NOT_UTF8,
)  # fmt: skip

SURROUNDINGS = [
    _closed(0), _closed(1), _closed(2), _closed(0, 1), _closed(0, 2), _closed(1, 2), _closed(0, 1, 2),
    Surrounding("stdout is full", {"full": [1]}, ends="without stdout"),
    Surrounding("stdout is full and not buffered", {"full": [1], "unbuffered": True}, ends="without stdout"),
    Surrounding("stderr is full", {"full": [2]}, ends="as usual"),
    Surrounding("stderr is full and not buffered", {"full": [2], "unbuffered": True}, ends="as usual"),
    Surrounding("stdout and stderr are full", {"full": [1, 2]}, ends="without stdout"),
    Surrounding("the working directory is deleted", {"cwd_deleted": True}),
    Surrounding("no file can grow", {"limits": {"FSIZE": 20_000}}),  # stdout and stderr are files here, too
    Surrounding("hardly any file can be opened", {"limits": {"NOFILE": 5}}),
    Surrounding("few files can be opened", {"limits": {"NOFILE": 24}}),
    Surrounding("the home is read-only", {"bound": True}, prepare=_modes(0o400, 0o500)),
    Surrounding("the home cannot be entered", {"bound": True}, prepare=_modes(0o000, 0o000)),
    Surrounding("the stores cannot be read", {"bound": True}, prepare=_modes(0o200, 0o700)),
    Surrounding("the home is a file", env={"SCRIMP_HOME": "q.txt"}),
    Surrounding("the home is under a device", env={"SCRIMP_HOME": "/dev/null/x"}),
    Surrounding("the home of nobody", {"bound": True}, {"SCRIMP_HOME": "~nobody"}),
    Surrounding("the home of a user who is none", env={"SCRIMP_HOME": "~nosuchuser/x"}),
    Surrounding("the home has a name that is too long", env={"SCRIMP_HOME": "/tmp/" + "x" * 300}),
    Surrounding("the home has a name that is not UTF-8", env={"SCRIMP_HOME": NOT_UTF8}),
    Surrounding("HOME does not exist", env={"SCRIMP_HOME": None, "HOME": "/dev/null/nobody"}),
    Surrounding("HOME is a relative path", env={"SCRIMP_HOME": None, "HOME": "relative"}),
    Surrounding("HOME is empty", {"bound": True}, {"SCRIMP_HOME": None, "HOME": ""}),
    *(Surrounding(f"{name!a} is not UTF-8", env={name: NOT_UTF8}, step=3) for name in _VARIABLES),
    Surrounding("the key is two words", env={"OPENAI_API_KEY": "caf\u00e9 hunter2\n"}),
    Surrounding("a certificate is none", env={"SSL_CERT_FILE": "bad.pem"}),
    Surrounding("certificates are a directory", env={"REQUESTS_CA_BUNDLE": "/"}),
    Surrounding("a proxy is none", env={"ALL_PROXY": "foo bar"}),
    Surrounding("a variable is not a number", env={"SCRIMP_TIMEOUT": "nan", "SCRIMP_MAX_COST": "inf"}),
    Surrounding("the terminal has no size", env={"COLUMNS": "-1", "LINES": "x", "TERM": ""}, ends="as usual"),
    Surrounding("the screen is immense", env={"COLUMNS": "9" * 5000}, ends="as usual"),
    Surrounding("the time zone is none", env={"TZ": "Nowhere/At/All"}, ends="as usual"),
    Surrounding("no directory for temporary files", env={"TMPDIR": "/nowhere"}, ends="as usual"),
    Surrounding("a header has a space", prepare=_config('[providers.openai]\nheaders = { "x a" = "b" }\n')),
    Surrounding("a header has a line end", prepare=_config('[providers.openai]\nheaders = { "x-a" = "b\\nc" }\n')),
    Surrounding("a price is nan", prepare=_config('[models."openai/gpt-6-luna"]\nprice = { input = nan }\n')),
    Surrounding("a price is 1e30", prepare=_config('[models."openai/gpt-6-luna"]\nprice = { input = 1e30 }\n')),
    Surrounding("the config is not TOML", prepare=_config("{{{")),
    Surrounding("the config is not UTF-8", prepare=_file("config.toml", b"caf\xe9")),
    Surrounding("the config has an unknown table", prepare=_config("[default]\nx = 1\n")),
    Surrounding("the config is a directory", prepare=_directories("config.toml")),
    Surrounding("the stores are directories", prepare=_directories("cache.db", "ledger.db")),
    Surrounding("the cache is damaged", prepare=_file("cache.db", b"no database" * 1000)),
    Surrounding("the ledger is damaged", prepare=_file("ledger.db", b"no database" * 1000)),
    Surrounding("the stores are empty files", prepare=lambda scrimp: [
        (scrimp.home / name).write_bytes(b"") for name in ("cache.db", "ledger.db", "conversation.json", "trust.json")
    ]),
    Surrounding("the stores are of a newer scrimp", prepare=_newer_stores),
    Surrounding("a word is not UTF-8", words=[NOT_UTF8]),
    Surrounding("a word is empty", words=[""]),
    Surrounding("an option is unknown", words=["--no-such-option=nan"]),
]  # fmt: skip
# What an option may be given by mistake.
ODD_VALUES = ("nan", "1e999", "9" * 30, NOT_UTF8, "/")
