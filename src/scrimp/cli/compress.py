"""`scrimp compress`: a text in, a shorter one out, the receipt on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from scrimp import tokens
from scrimp.cli.session import Session, session
from scrimp.compress import Compressed, compress
from scrimp.errors import InputError, UsageError
from scrimp.render.amounts import count
from scrimp.render.exact import encode
from scrimp.render.streams import speak
from scrimp.render.terminal import safe_text

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="compress")
def compress_text(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A file, or - for stdin.")] = None,
    level: Annotated[
        Literal["off", "lossless", "tidy", "focus"], typer.Option("--level", help="How much may be changed.")
    ] = "lossless",
    query: Annotated[
        str | None, typer.Option("--query", metavar="STR", help="What the text is read for; focus needs it.")
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what changed, line by line, instead of the text.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the receipt alone.")] = False,
    report: Annotated[Literal["text", "json"], typer.Option("--report", help="How the receipt is written.")] = "text",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No receipt.")] = False,
) -> None:
    """Print a text with fewer tokens that says the same.

    lossless changes white space, the writing of JSON and what lines share; tidy also turns pages into text, folds lines
    of a log that have one shape, and shortens polite phrases; focus also leaves out sentences that do not bear on the
    question. Every rule is checked, and taken back where it lost something. Code is never touched.
    """
    with session() as here:
        text = _text(file)
        if level == "focus" and not query:
            here.messages.warn("focus needs a question to read for (--query): what tidy does is done")
        done = compress(text, level, query=query or "")
        if diff:
            _print_diff(here, text, done.text)
        elif not dry_run:
            sys.stdout.write(safe_text(done.text) if here.out.terminal else done.text)
        if not quiet:
            speak(sys.stderr, _receipt(text, done, level, as_json=report == "json"))


def _text(file: str | None) -> str:
    name = file or "-"
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}): name a file, or - for stdin") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: byte {error.start + 1} is not UTF-8: convert it") from error


def _receipt(text: str, done: Compressed, level: str, *, as_json: bool) -> str:
    before, after = tokens.count(text), tokens.count(done.text)
    if as_json:
        taken_back = [{"rule": rule, "why": why} for rule, why in done.taken_back]
        report = {"level": level, "before": before, "after": after, "rules": list(done.rules), "taken_back": taken_back}
        return encode(report).decode() + "\n"
    share = f" ({100 * (before - after) / before:.0f} % less)" if after < before else ""
    what = f": {', '.join(done.rules)}" if done.rules else ": nothing to do"
    lines = [f"scrimp: {count(before)} tokens, now {count(after)}{share}{what}"]
    lines += [f"scrimp: taken back: {rule} ({why})" for rule, why in done.taken_back]
    return "\n".join(lines) + "\n"


def _print_diff(here: Session, before: str, after: str) -> None:
    from difflib import unified_diff  # noqa: PLC0415 - only --diff compares

    for line in unified_diff(before.split("\n"), after.split("\n"), "before", "after", lineterm="", n=1):
        sys.stdout.write((safe_text(line) if here.out.terminal else line) + "\n")
