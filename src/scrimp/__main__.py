"""The program's first lines: what can be answered without the rest of the program is answered here."""

from __future__ import annotations

import sys


def main() -> None:
    """Run scrimp with the words on the command line."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from scrimp import __version__  # noqa: PLC0415 - as below

        sys.stdout.write(f"scrimp {__version__}\n")
        return
    from scrimp.cli.main import run  # noqa: PLC0415 - typer alone takes five times as long as Python's own start

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
