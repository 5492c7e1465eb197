"""Standard streams without a buffer, as PYTHONUNBUFFERED has them: each gets one that is flushed at every line.

Without one a long text is a single system call, and what that leaves out is lost without an error: where the disk has
room for a part, the reader of a pipe leaves, or the process is stopped and goes on while it writes.
"""

from __future__ import annotations

import sys
from io import BufferedWriter, FileIO, TextIOWrapper


def give_buffers() -> None:
    """Give stdout and stderr a buffer where they have none."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        raw = getattr(stream, "buffer", None)
        if isinstance(raw, FileIO):
            stream.flush()
            # A file of its own: the stream that it stands in for closes the other one when nothing refers to it.
            buffer = BufferedWriter(FileIO(raw.fileno(), "w", closefd=False))
            setattr(sys, name, TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=True))
