"""The entry point: --version and --help are answered here, without importing the rest of the program.

`scrimp --help` is plain text at a terminal too: with rich it would take 10 times as long as Python's own start, not 2.
"""

from __future__ import annotations

import os
import sys

# Made from the commands; a test checks that it is what typer would print.
_HELP = os.path.join(os.path.dirname(__file__), "cli", "help.txt")  # noqa: PTH118, PTH120 - pathlib takes 3 ms to import
_HELP_COLUMNS = 80
# New objects between two searches for reference cycles. To import a command makes tens of thousands of objects that
# stay, a row some hundred, and none of them cycles: Python's own 700 takes a fifteenth of the time of a cached run.
_GC_THRESHOLD = 50_000


def main() -> None:
    """Run scrimp with the words on the command line."""
    words = sys.argv[1:]
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        from scrimp.cli.startup.closed_streams import replace_closed_streams  # a rare accident

        replace_closed_streams()
    if getattr(sys.stdout, "write_through", False):  # PYTHONUNBUFFERED, or python -u
        from scrimp.cli.startup.unbuffered_streams import give_buffers

        give_buffers()
    if words in (["--version"], ["-V"]):
        from scrimp import __version__

        _print(f"scrimp {__version__}\n")
    elif words in (["--help"], ["-h"]) and _columns() >= _HELP_COLUMNS:
        with open(_HELP, encoding="utf-8") as text:  # noqa: PTH123 - as above
            _print(text.read())
    else:
        import gc  # only a command makes objects enough

        gc.set_threshold(_GC_THRESHOLD)
        try:
            if words[:1] == ["ask"]:
                _ask_plainly(words[1:])
            from scrimp.cli.main import run  # typer alone takes five times as long as Python's own start

            run(words)
        except KeyboardInterrupt:  # while it was imported, or ended
            from scrimp.errors import INTERRUPTED  # --version needs none; a command has loaded it

            os._exit(INTERRUPTED)


def _ask_plainly(words: list[str]) -> None:
    """Answer a prompt whose words need no typer to be understood, and end; return where they do."""
    if not {"typing_extensions", "platform", "uuid", "textwrap"} & sys.modules.keys():
        _import_msgspec_alone()
    from scrimp.cli.asking.plain_words import plain_words

    asked = None if "_SCRIMP_COMPLETE" in os.environ else plain_words(words)
    if asked is not None:
        from scrimp.cli.asking.ask_prompt import ask_prompt
        from scrimp.cli.startup.process import run_to_end

        run_to_end(lambda: ask_prompt(*asked))


def _import_msgspec_alone() -> None:
    """Import msgspec with Python's own typing, which has what it looks for in typing_extensions first.

    To import that takes as long as Python's own start; what needs it later, such as typer, imports it as ever. So it is
    with platform, which uuid, imported by msgspec, asks for the name of the system and nothing else, and with textwrap,
    which msgspec needs for schemas alone.
    """
    platform, textwrap = type(sys)("platform"), type(sys)("textwrap")
    platform.system = lambda: os.uname().sysname  # type: ignore[attr-defined]  # all that uuid asks of it
    textwrap.dedent = _dedent  # type: ignore[attr-defined]
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # so that an import of it fails
    sys.modules["platform"], sys.modules["textwrap"] = platform, textwrap
    try:
        import msgspec  # noqa: F401 - what imports it later finds it
    finally:
        del sys.modules["typing_extensions"], sys.modules["platform"], sys.modules["textwrap"]


def _dedent(text: str) -> str:
    from textwrap import dedent  # compiles five regular expressions

    return dedent(text)


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:  # the reader has left, or there is no room
        from scrimp.cli.startup.process import end_unwritten

        end_unwritten(error)


def _columns() -> int:
    """Return the width of the terminal; anything else is wide enough."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return _HELP_COLUMNS


if __name__ == "__main__":
    main()
