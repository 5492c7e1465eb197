"""Make what is made from the commands: README help, man pages, completions. With --check, say what drifted."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from scrimp import __version__
from scrimp.cli.completion import script
from scrimp.cli.lazy_group import COMMANDS
from scrimp.cli.main import app

ROOT = Path(__file__).resolve().parent.parent
_BLOCK = re.compile(r"<!-- help: (?P<words>[^>]+) -->\n```text\n.*?```\n<!-- /help -->", re.DOTALL)


def main() -> int:
    drifted = []
    for path, text in made():
        old = path.read_text(encoding="utf-8") if path.exists() else None
        if old == text:
            continue
        drifted.append(str(path.relative_to(ROOT)))
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    verb = "drifted, run `python .ci/make_docs.py`:" if "--check" in sys.argv else "made:"
    print(verb, *(drifted or ["nothing"]))
    return int("--check" in sys.argv and bool(drifted))


def made() -> Iterator[tuple[Path, str]]:
    """Yield each made file with the text it should have."""
    yield ROOT / "completions/scrimp.bash", script("bash")
    yield ROOT / "completions/_scrimp", script("zsh")
    yield ROOT / "completions/scrimp.fish", script("fish")
    yield ROOT / "src/scrimp/cli/help.txt", help_text([])
    yield ROOT / "man/scrimp.1", man_page([])
    for name in COMMANDS:
        yield ROOT / f"man/scrimp-{name}.1", man_page([name])
    readme = ROOT / "README.md"
    yield readme, _BLOCK.sub(_block, readme.read_text(encoding="utf-8"))


def _block(match: re.Match[str]) -> str:
    words = match["words"].split()
    return f"<!-- help: {match['words']} -->\n```text\n{help_text(words[1:])}```\n<!-- /help -->"


def context(words: list[str]) -> typer.Context:
    """Return the parsing context of a command, subcommands included."""
    ctx = typer.main.get_command(app).make_context("scrimp", ["run"], resilient_parsing=True)
    for word in words:
        child = ctx.command.get_command(ctx, word)
        ctx = child.make_context(word, [], parent=ctx, resilient_parsing=True)
    return ctx


def help_text(words: list[str]) -> str:
    """Return what `scrimp WORDS --help` prints at 80 columns."""
    ctx = context(words)
    ctx.terminal_width = 80
    return ctx.command.get_help(ctx).rstrip() + "\n"


def man_page(words: list[str]) -> str:
    """Return a page in man(7) macros."""
    ctx = context(words)
    name = "-".join(["scrimp", *words])
    summary = COMMANDS[words[0]] if words else "run prompts through language models for the least money"
    lines = [
        f'.TH "{name.upper()}" "1" "" "scrimp {__version__}" "scrimp"',
        ".SH NAME", f"{roff(name)} \\- {roff(summary.rstrip('.'))}",
        ".SH SYNOPSIS", f".B {roff(ctx.command_path)}",
        roff(" ".join(ctx.command.collect_usage_pieces(ctx))),
        ".SH DESCRIPTION", *paragraphs(description(ctx)),
        *options(ctx), *subcommands(ctx, words), *see_also(words),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def description(ctx: typer.Context) -> str:
    return "\n\n".join(part for part in (ctx.command.help, ctx.command.epilog) if part)


def options(ctx: typer.Context) -> Iterator[str]:
    records = [record for param in ctx.command.get_params(ctx) if (record := param.get_help_record(ctx))]
    if records:
        yield ".SH OPTIONS"
    for names, text in records:
        yield from (".TP", f"\\fB{roff(names)}\\fR", roff(text))


def subcommands(ctx: typer.Context, words: list[str]) -> Iterator[str]:
    if not hasattr(ctx.command, "list_commands"):
        return
    yield ".SH COMMANDS"
    for name in ctx.command.list_commands(ctx):
        if not words:
            yield from (".TP", f"\\fB{roff(name)}\\fR", roff(COMMANDS[name]))
            continue
        below = context([*words, name])
        yield from (f".SS {roff(' '.join([*words, name]))}", *paragraphs(description(below)))
        yield from (line for line in options(below) if not line.startswith(".SH"))


def see_also(words: list[str]) -> Iterator[str]:
    others = [f"scrimp-{name}" for name in COMMANDS] if not words else ["scrimp"]
    yield ".SH SEE ALSO"
    yield ", ".join(f"\\fB{roff(other)}\\fR(1)" for other in others)


def paragraphs(text: str) -> list[str]:
    """Return paragraphs in man(7) macros; one that begins with a backspace keeps its lines, as typer prints it."""
    blocks = [block.strip("\n") for block in text.split("\n\n")]
    return "\n.PP\n".join(paragraph(block) for block in blocks if block).split("\n")


def paragraph(block: str) -> str:
    if not block.lstrip().startswith("\b"):
        return roff(" ".join(block.split()))
    _, *lines = block.splitlines()
    return "\n".join([".nf", *(roff(line) for line in lines), ".fi"])


def roff(text: str) -> str:
    """Escape what troff would take for its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + escaped if escaped.startswith(".") else escaped


if __name__ == "__main__":
    sys.exit(main())
