"""Run the sessions of the pages that are named (or of all), and write what their commands print now into them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from manual.pages import PAGES, opened_session
from manual.sessions import renewed


def main(names: list[str]) -> None:
    for name in names or list(PAGES):
        page = PAGES[name]
        old = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, opened_session(Path(folder), name) as session:
            new = renewed(old, session)
        page.write_text(new, encoding="utf-8")
        print(f"{name}: {'as before' if new == old else 'changed'}")


if __name__ == "__main__":
    main(sys.argv[1:])
