"""A Linux in which no file can be locked, as on a network's share without a lock manager: a filter of system calls.

Run as a program it executes the Python code of its argument in there, and ends with UNAVAILABLE where it cannot.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import platform
import struct
import sys

UNAVAILABLE = 77
# Numbers of fcntl and flock.
_CALLS = {"x86_64": (72, 73), "aarch64": (25, 32)}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _COMMAND = 0, 24  # where they stand in what a filter sees: the call, and its second argument
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid_locks() -> bool:
    """Have the system answer that there are no locks, to this process from now on; return whether it does."""
    calls = _CALLS.get(platform.machine())
    if sys.platform != "linux" or calls is None:
        return False
    commands = (fcntl.F_GETLK, fcntl.F_SETLK, fcntl.F_SETLKW)
    steps = [
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 6, 0, calls[1]),  # flock: refused
        (_EQUAL, 0, 4, calls[0]),  # not fcntl: allowed
        (_LOAD, 0, 0, _COMMAND),
        *((_EQUAL, 3 - place, 0, command) for place, command in enumerate(commands)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | errno.ENOLCK),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    system = ctypes.CDLL(None)
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not system.prctl(_SECCOMP, _FILTER, ctypes.byref(_Program(len(steps), code)), 0, 0)


if __name__ == "__main__":
    if not forbid_locks():
        sys.exit(UNAVAILABLE)
    exec(sys.argv[1])
