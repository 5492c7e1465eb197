"""What a worker hands back to the process that started it, and the signals by which that ends it."""

from __future__ import annotations

import signal
from typing import TypeAlias

from scrimp.engines.chunks import AnsweredChunk
from scrimp.engines.processes.packed_outcomes import PackedOutcomes

# A chunk without its outcomes, and these; None: the process is ready to take some.
HandedBack: TypeAlias = tuple[AnsweredChunk, PackedOutcomes] | None
STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}  # with which it exits
