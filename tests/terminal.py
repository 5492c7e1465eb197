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

from command import Scrimp

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def at_terminal(scrimp: Scrimp, *words: str, columns: int = 80, interrupted_by: str = "", **env: str) -> str:
    """Run a command and return what the terminal received, with Unix line ends.

    A command that shows `interrupted_by` is sent SIGINT then.
    """
    scrimp.env |= {"TERM": "xterm-256color", **env}
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with scrimp.start(*words, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave) as process:
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
