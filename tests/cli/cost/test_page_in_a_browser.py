"""The page in a real browser, where one is installed: headless Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from command import Scrimp
from outcomes import entry
from scrimp.store.ledger import Ledger

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
PHONE, SCREEN = 390, 1100  # pixels
# A page that loads ours as wide as a phone and as a screen, and says how wide its content wants to be.
PROBE = """<!doctype html><body>
<iframe src="page.html" style="width:{phone}px;height:900px;border:0"></iframe>
<iframe src="page.html" style="width:{screen}px;height:900px;border:0"></iframe>
<script>onload = () => document.body.append("widths:" + [...document.querySelectorAll("iframe")].map(frame =>
  frame.contentDocument.documentElement.scrollWidth + "/" + frame.contentDocument.documentElement.clientWidth +
  "/" + frame.contentDocument.querySelectorAll("svg rect").length))</script>
"""


def browse(page: Path, folder: Path) -> tuple[str, list[str]]:
    """The document of a page once it is shown, and what the console said."""
    words = [
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
        f"--user-data-dir={folder}", "--enable-logging=stderr", "--v=0", "--window-size=1600,1200", "--dump-dom",
        page.as_uri(),
    ]  # fmt: skip
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    return ran.stdout, [line for line in ran.stderr.splitlines() if ":CONSOLE" in line]


@pytest.mark.foreign
@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_a_browser_has_nothing_to_say_of_the_page_and_no_phone_must_scroll_sideways(
    scrimp: Scrimp, tmp_path: Path
) -> None:
    now = time.time()
    names = [
        "openai/gpt-6-luna",
        "p/<script>alert(1)</script>",
        "p/</style><img src=x onerror=alert(1)>",
        "p/" + "a" * 200,
    ]
    calls = [
        replace(entry(name, "1234.5"), call=f"{name} {day}", time=now - 86_400 * day, route=name, user=name, attempt=0)
        for day in range(9) for name in names
    ]  # fmt: skip
    with closing(Ledger(scrimp.home / "ledger.db")) as ledger:
        ledger.append(calls)
    assert scrimp("cost", "--html", "page.html").status == 0
    scrimp.file("probe.html", PROBE.format(phone=PHONE, screen=SCREEN))

    _, said = browse(scrimp.cwd / "page.html", tmp_path / "chromium")
    assert said == []
    document, _ = browse(scrimp.cwd / "probe.html", tmp_path / "chromium")
    widths = re.search(r"widths:(\d+)/(\d+)/(\d+),(\d+)/(\d+)/(\d+)", document)
    assert widths is not None, document[-500:]
    phone, phone_room, phone_bars, screen, screen_room, screen_bars = map(int, widths.groups())
    assert (phone, screen) == (phone_room, screen_room)
    assert phone_bars == screen_bars > len(calls)  # a part of a column each, and the bars of the tables
