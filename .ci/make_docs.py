"""Make what is made from the commands: help in the manual, man pages, completions. With --check, say what drifted."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import roff
import typer

from scrimp.cli.help.command_help import context, help_text
from scrimp.cli.help.command_page import sections
from scrimp.cli.help.markdown import Heading, blocks
from scrimp.cli.help.topics import Topic, topics
from scrimp.cli.setup.completion import script
from scrimp.cli.startup.lazy_group import COMMANDS
from scrimp.config.template import TEMPLATE

ROOT = Path(__file__).resolve().parent.parent
_HELP = re.compile(r"<!-- help: (?P<words>[^>]+) -->\n```text\n.*?```\n<!-- /help -->", re.DOTALL)
_TEMPLATE = re.compile(r"<!-- config template -->\n```toml\n.*?```\n<!-- /config template -->", re.DOTALL)


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
    print(*([verb, *drifted] if drifted else ["all is as the commands say"]))
    return int("--check" in sys.argv and bool(drifted))


def made() -> Iterator[tuple[Path, str]]:
    """Yield each made file with the text it should have."""
    yield ROOT / "completions/scrimp.bash", script("bash")
    yield ROOT / "completions/_scrimp", script("zsh")
    yield ROOT / "completions/scrimp.fish", script("fish")
    yield ROOT / "src/scrimp/cli/help.txt", help_text([])
    yield ROOT / "man/scrimp.1", command_page([])
    for name in COMMANDS:
        yield ROOT / f"man/scrimp-{name}.1", command_page([name])
    for topic in topics().values():
        text = filled(topic.text)
        yield topic.file, text
        yield ROOT / f"man/{topic.page}.{topic.section}", written_page(topic, text)
    readme = ROOT / "README.md"
    yield readme, filled(readme.read_text(encoding="utf-8"))


def command_page(words: list[str]) -> str:
    """Return the man page of a command, of the program for no words."""
    ctx = context(words)
    summary = COMMANDS[words[0]] if words else "run prompts through language models for the least money"
    return roff.man_page(
        "-".join(["scrimp", *words]), "1", summary,
        [
            ".SH SYNOPSIS", f".B {roff.escape(ctx.command_path)}",
            roff.escape(" ".join(ctx.command.collect_usage_pieces(ctx))),
            ".SH DESCRIPTION", *paragraphs(description(ctx)),
            *options(ctx), *subcommands(ctx, words), *roff.body(sections(" ".join(words), ctx)),
        ],
    )  # fmt: skip


def written_page(topic: Topic, text: str) -> str:
    """Return a page that is written in Markdown."""
    _, *page = blocks(text)
    if not isinstance(page[0], Heading):
        page.insert(0, Heading(2, "Description"))
    return roff.man_page(topic.page, topic.section, topic.summary, roff.body(page))


def filled(text: str) -> str:
    """Return a page with what it quotes of the program made anew: the help of a command, the config template."""
    text = _HELP.sub(lambda match: _quoted("help", match["words"], help_text(match["words"].split()[1:])), text)
    return _TEMPLATE.sub(
        lambda _: "<!-- config template -->\n```toml\n" + TEMPLATE + "```\n<!-- /config template -->", text
    )


def _quoted(kind: str, words: str, text: str) -> str:
    return f"<!-- {kind}: {words} -->\n```text\n{text}```\n<!-- /{kind} -->"


def description(ctx: typer.Context) -> str:
    return "\n\n".join(part for part in (ctx.command.help, ctx.command.epilog) if part)


def options(ctx: typer.Context) -> Iterator[str]:
    records = [record for param in ctx.command.get_params(ctx) if (record := param.get_help_record(ctx))]
    if records:
        yield ".SH OPTIONS"
    for names, text in records:
        yield from (".TP", f"\\fB{roff.escape(names)}\\fR", roff.escape(text))


def subcommands(ctx: typer.Context, words: list[str]) -> Iterator[str]:
    if not hasattr(ctx.command, "list_commands"):
        return
    yield ".SH COMMANDS"
    for name in ctx.command.list_commands(ctx):
        if not words:
            yield from (".TP", f"\\fB{roff.escape(name)}\\fR", roff.escape(COMMANDS[name]))
            continue
        below = context([*words, name])
        yield from (f".SS {roff.escape(' '.join([*words, name]))}", *paragraphs(description(below)))
        yield from (line for line in options(below) if not line.startswith(".SH"))


def paragraphs(text: str) -> list[str]:
    """Return paragraphs in man(7) macros; one that begins with a backspace keeps its lines, as typer prints it."""
    blocks = [block.strip("\n") for block in text.split("\n\n")]
    return "\n.PP\n".join(paragraph(block) for block in blocks if block).split("\n")


def paragraph(block: str) -> str:
    if not block.lstrip().startswith("\b"):
        return roff.escape(" ".join(block.split()))
    _, *lines = block.splitlines()
    return "\n".join([".nf", *(roff.escape(line) for line in lines), ".fi"])


if __name__ == "__main__":
    sys.exit(main())
