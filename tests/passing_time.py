"""Hours that pass for a command while it runs: as many seconds as are in the file that TIME_FILE names."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from command import Scrimp


def let_pass(scrimp: Scrimp, seconds: float) -> None:
    """Set how many seconds have passed, for commands that are running and that come; it is never read half written."""
    passed = scrimp.cwd.with_name("seconds")
    scrimp.env["TIME_FILE"] = str(passed)
    written = passed.with_name("seconds.new")
    written.write_text(str(seconds))
    written.replace(passed)


def prepare() -> None:
    """Set the clock of this process."""
    from scrimp.flows.services import Services

    passed = Path(os.environ["TIME_FILE"])
    defaults = Services.__init__.__kwdefaults__
    assert defaults is not None
    defaults["clock"] = lambda: time.time() + float(passed.read_text())
