"""The command that a job is known by."""

from __future__ import annotations

import sys


def job_command() -> list[str]:
    """Return the words of this command as `scrimp run` would take them, without those that say how far it goes."""
    words = sys.argv[1:]
    words = words[2:] if words[:2] == ["batch", "submit"] else words[1:]
    return [word for word in words if word != "--batch"]
