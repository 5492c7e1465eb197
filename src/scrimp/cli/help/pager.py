"""A page on a screen: through the user's pager where it is longer than the screen, else as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TextIO

from scrimp.render.streams import StreamStyle

_NOT_FOUND = (126, 127)  # a shell's exit statuses for a command that cannot be run


def show(
    text: str, style: StreamStyle, stream: TextIO, env: Mapping[str, str], print_text: Callable[[str], object]
) -> None:
    """Print a page, with `print_text` where no pager does."""
    pager = env.get("MANPAGER", env.get("PAGER", "less"))
    if not style.movable_cursor or pager in ("", "cat") or text.count("\n") < _screen_lines(stream):
        print_text(text)
        return
    import subprocess  # only for a page longer than the screen

    # As git does: LESS tells less to show colors, and to leave the page on the screen.
    env = {"LESS": "FRX", **env}
    shown = subprocess.run(["sh", "-c", pager], input=text, encoding="utf-8", env=env, check=False)
    if shown.returncode in _NOT_FOUND:
        print_text(text)


def _screen_lines(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).lines
    except (OSError, ValueError):
        return 24
