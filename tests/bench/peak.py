"""Run a command and print the most memory it held, in bytes: `python -I -S peak.py PROGRAM WORDS...`.

A new process takes over the high-water mark of the one that starts it (Linux: exec keeps it), so this one imports as
little as it can.
"""

import os
import sys

_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


if __name__ == "__main__":
    child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    _, status, used = os.wait4(child, 0)
    print(used.ru_maxrss * _UNIT)
    sys.exit(os.waitstatus_to_exitcode(status))
