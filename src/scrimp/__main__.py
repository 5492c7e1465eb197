"""The entry point: --version and --help are answered here, without importing the rest of the program.

`scrimp --help` is plain text at a terminal too: with rich it would take 10 times as long as Python's own start, not 2.
"""

from __future__ import annotations

import os
import sys

# Made from the commands; a test checks that it is what typer would print.
_HELP = os.path.join(os.path.dirname(__file__), "cli", "help.txt")  # noqa: PTH118, PTH120 - pathlib takes 3 ms to import
_HELP_COLUMNS = 80
_INTERRUPTED = 130
# New objects between two searches for reference cycles. To import a command makes tens of thousands of objects that
# stay, a row some hundred, and none of them cycles: Python's own 700 takes a fifteenth of the time of a cached run.
_GC_THRESHOLD = 50_000


def main() -> None:
    """Run scrimp with the words on the command line."""
    words = sys.argv[1:]
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        from scrimp.cli.startup.closed_streams import replace_closed_streams  # noqa: PLC0415 - a rare accident

        replace_closed_streams()
    if words in (["--version"], ["-V"]):
        from scrimp import __version__  # noqa: PLC0415 - as below

        _print(f"scrimp {__version__}\n")
    elif words in (["--help"], ["-h"]) and _columns() >= _HELP_COLUMNS:
        with open(_HELP, encoding="utf-8") as text:  # noqa: PTH123 - as above
            _print(text.read())
    else:
        import gc  # noqa: PLC0415 - only a command makes objects enough

        gc.set_threshold(_GC_THRESHOLD)
        try:
            from scrimp.cli.main import run  # noqa: PLC0415 - typer alone takes five times as long as Python's own start

            run(words)
        except KeyboardInterrupt:  # while it was imported, or ended
            os._exit(_INTERRUPTED)


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:  # the reader has left, or there is no room
        from scrimp.cli.main import end_unwritten  # noqa: PLC0415 - as above

        end_unwritten(error)


def _columns() -> int:
    """Return the width of the terminal; anything else is wide enough."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return _HELP_COLUMNS


if __name__ == "__main__":
    main()
