"""Commands at a terminal of a given size: stdout and stderr are a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from functools import partial

from command import Scrimp

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def at_terminal(
    scrimp: Scrimp, *words: str, columns: int = 80, interrupted_by: str = "", through: str = "", **env: str
) -> str:  # fmt: skip
    """Run a command and return what the terminal received, with Unix line ends.

    A command that shows `interrupted_by` is sent SIGINT then. Its stdout goes `through` a pipe of the shell's.
    """
    scrimp.env |= {"TERM": "xterm-256color", **env}
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams: dict[str, int] = {"stdin": subprocess.DEVNULL, "stdout": slave, "stderr": slave}
    start = partial(scrimp.start_in_pipe, through) if through else scrimp.start
    with start(*words, **streams) as process:
        os.close(slave)
        received = b""
        while piece := _read(master):
            if interrupted_by and interrupted_by.encode() in received + piece:
                interrupted_by = ""
                process.send_signal(signal.SIGINT)
            received += piece
    os.close(master)
    return received.decode().replace("\r\n", "\n")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65_536)
    except OSError:  # Linux: the command has ended
        return b""


def without_styles(text: str) -> str:
    return _STYLE.sub("", text)
