"""The newcomer's page names files that exist, and leaves out no room."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "scrimp"
PAGE = (PACKAGE / "README.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w./]+(?:/|\.py|\.toml|\.json))`", PAGE)


def test_every_file_it_names_exists() -> None:
    roots = (PACKAGE, PACKAGE.parents[1])
    assert [name for name in NAMED if not any((root / name).exists() for root in roots)] == []
    assert len(NAMED) > 40


def test_every_room_is_named() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {name.split("/")[0] for name in NAMED} == {"__init__.py"}


def test_the_map_has_at_most_80_lines() -> None:
    assert len(PAGE.splitlines()) <= 80
