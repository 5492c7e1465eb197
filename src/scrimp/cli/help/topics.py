"""The pages of the manual that are written by hand: found by name, read from the files that ship with scrimp."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.cli.help.markdown import title

PAGES = Path(__file__).parents[2] / "manual"
_SECTION = re.compile(r"\.\d$|\(\d\)$")


class Topic(Struct, frozen=True):
    """A page by its name for `scrimp help`, such as rows for scrimp-rows(5)."""

    name: str
    page: str  # scrimp-rows
    section: str
    summary: str
    file: Path

    @property
    def text(self) -> str:
        """The page, in Markdown."""
        return self.file.read_text(encoding="utf-8")


def topics() -> Mapping[str, Topic]:
    """Return the written pages by name, the tutorial first."""
    found = []
    for file in sorted(PAGES.glob("*.md")):
        with file.open(encoding="utf-8") as text:
            page, section, summary = title(text.readline())
        found.append(Topic(page.removeprefix("scrimp-"), page, section, summary, file))
    return {
        topic.name: topic for topic in sorted(found, key=lambda topic: (-int(topic.section), topic.name != "tutorial"))
    }


def topic_name(words: str) -> str:
    """Return the name that a person means by scrimp-rows, rows(5), scrimp-rows.5 or rows."""
    return _SECTION.sub("", words.lower()).removeprefix("scrimp-")
