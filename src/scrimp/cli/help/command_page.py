"""What the manual adds to a command's help: examples, environment, files, exit statuses, related pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from scrimp.cli.help.examples import EXAMPLES
from scrimp.cli.help.markdown import Block, Heading, Lines, Paragraph, Table
from scrimp.cli.help.topics import topics
from scrimp.cli.startup.lazy_group import COMMANDS
from scrimp.config import environment
from scrimp.config.paths import Paths, paths_of
from scrimp.errors import (
    ALERT_IN_FORCE,
    BROKEN_PIPE,
    EXIT_STATUSES,
    HUNG_UP,
    INTERRUPTED,
    LIMIT_REACHED,
    NOTHING_ANSWERED,
    SOME_FAILED,
    TERMINATED,
    WRONG_USE,
)

if TYPE_CHECKING:
    from typer._click import Context  # typer's copy of click gives its types no public name

# Commands that answer prompts; the others have done what they were asked, or have not.
_ANSWERING = ("run", "ask", "batch")
_ANY = (0, 1, WRONG_USE, INTERRUPTED, BROKEN_PIPE)
_OWN: Mapping[str, tuple[int, ...]] = {  # besides those of every command
    "cost": (SOME_FAILED, NOTHING_ANSWERED, ALERT_IN_FORCE),
    "tune": (SOME_FAILED, NOTHING_ANSWERED, LIMIT_REACHED, HUNG_UP, TERMINATED),
}
# Commands that call providers, or look whether they could.
_CALLING = (*_ANSWERING, "estimate", "doctor", "tune")
# Which commands read which variables; all read the common ones, and the program's page names each one.
_READ: tuple[tuple[Mapping[str, str], tuple[str, ...]], ...] = (
    (environment.CALLING, _CALLING), (environment.CONNECTING, ("cost", "prices")), (environment.WORKING, ("run",)),
    (environment.STORING, ("run",)), (environment.TELLING, (*_ANSWERING, "tune")), (environment.RECONCILING, ("cost",)),
    (environment.INSTALLING, ("local",)), (environment.PAGING, ("help",)),
)  # fmt: skip
# Written pages on the subject of a command; the program's page names all.
_RELATED: Mapping[str, tuple[str, ...]] = {
    "batch": ("scrimp-batches(7)",),
    "run": ("scrimp-rows(5)", "scrimp-performance(7)", "scrimp-scale(7)"),
    "compress": ("scrimp-compression(7)",),
    "tune": ("scrimp-tuning(7)",),
    "route": ("scrimp-tuning(7)",),
    "config": ("scrimp.toml(5)", "scrimp-security(7)"),
    "doctor": ("scrimp-providers(7)",),
    "models": ("scrimp-providers(7)",),
}
_HOME = "~"


def sections(name: str, context: Context) -> Iterator[Block]:
    """Yield the sections of a command's page; those of the program have an empty name."""
    flags = {parameter.name or "" for parameter in context.command.params}
    if name in EXAMPLES:
        yield Heading(2, "Examples")
        for example in EXAMPLES[name]:
            yield Paragraph(example.says if example.says.endswith("?") else f"{example.says}:")
            yield Lines("console", tuple(f"$ {line}" for line in example.command.splitlines()))
    yield Heading(2, "Environment")
    yield _table("variable", dict(_variables(name, flags)))
    yield Heading(2, "Files")
    yield _table("file", dict(_files(whole=not name)))
    yield Paragraph("With `SCRIMP_HOME` set, all of this is in that directory.")
    yield Heading(2, "Exit status")
    yield _table("status", {str(status): EXIT_STATUSES[status] for status in _statuses(name)})
    yield Heading(2, "See also")
    yield Paragraph(", ".join(_see_also(name)) + ".")


def _statuses(name: str) -> Iterable[int]:
    """Return the exit statuses of a command; those that answer prompts have all that no other has for its own."""
    if not name:
        return EXIT_STATUSES
    if name in _ANSWERING:
        return (status for status in EXIT_STATUSES if status != ALERT_IN_FORCE)
    return sorted((*_ANY, *_OWN.get(name, ())))


def _see_also(name: str) -> Iterator[str]:
    if name:
        yield from ("scrimp(1)", *_RELATED.get(name, ()), "scrimp-tutorial(7)")
    else:
        yield from (f"{topic.page}({topic.section})" for topic in topics().values())
        yield from (f"scrimp-{command}(1)" for command in COMMANDS)


def _table(what: str, rows: Mapping[str, str]) -> Table:
    return Table((what, "meaning"), tuple(rows.items()))


def _variables(name: str, flags: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the variables a command reads; the program's page names each one."""
    defaults = {variable: key for variable, key in environment.defaults() if key in flags or not name}
    if defaults:
        variable, key = next(iter(defaults.items()))
        yield "SCRIMP_...", f"Defaults of flags, {variable} that of `{_flag(key)}`: {', '.join(defaults)}."
    if name in _CALLING:
        yield "OPENAI_API_KEY, ...", "The keys of providers; scrimp(1) lists them."
    if not name:
        yield from environment.keys()
    for variables, commands in _READ:
        if name in ("", *commands):
            yield from variables.items()
    yield from environment.COMMON.items()


def _flag(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _files(*, whole: bool) -> Iterator[tuple[str, str]]:
    """Yield where things are kept on Linux, with what each is; the program's page names each file."""
    paths = paths_of({"HOME": _HOME}, "linux")
    yield str(paths.config), "The user's configuration: scrimp.toml(5). A project's own is scrimp.toml, found upwards."
    if not whole:
        yield (
            str(paths.ledger_db.parent),
            "The cache, the ledger and what else scrimp keeps: scrimp(1) lists the files.",
        )
        return
    for name, member in vars(Paths).items():
        if isinstance(member, property):
            yield str(getattr(paths, name)), str(member.__doc__)
