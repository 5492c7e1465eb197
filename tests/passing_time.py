"""Hours that pass for a command while it runs: as many seconds as are in the file that TIME_FILE names."""

from __future__ import annotations

import os
import time
from pathlib import Path


def prepare() -> None:
    """Set the clock of this process."""
    from scrimp.flows.services import Services

    passed = Path(os.environ["TIME_FILE"])
    defaults = Services.__init__.__kwdefaults__
    assert defaults is not None
    defaults["clock"] = lambda: time.time() + float(passed.read_text())
