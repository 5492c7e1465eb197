"""Servers of the batch APIs on localhost, faked at the wire, for tests of whole commands. How a test uses them:

    with OpenAIBatches() as server:              # or another API's class; `answer` says what models complete
        scrimp.provider(server.url)              # live calls and batches get equal completions
        server.scripts.append([VALIDATING, RUNNING, EXPIRED])  # of the next batch: a poll moves it on by one phase,
                                                 # the last one stays; half of the requests are done while RUNNING
        server.fates["some prompt"] = [failed(429), SUCCEEDED]  # or by custom_id, or "*" for all; one for each run
        server.lose("create")                    # done, but no reply; drop: not done; refuse("poll", 503, times=2)
        server.after["upload"] = process.kill    # killed between two steps; server.before with drop: not even sent
        scrimp("run", "rows.txt", "--batch")
        assert server.paid_twice == [] and set(server.billed) == prompts and len(server.batches) == 1

Steps are the words of `Step`. Lists do not move batches on, but `server.advance()` does. Attributes of `BatchServer`
and of each API's class switch other faults and limits; `seen`, `runs`, `files` and `batches` hold all that was done.
"""

from __future__ import annotations

from batch_servers.anthropic import AnthropicBatches
from batch_servers.faults import Step
from batch_servers.gemini import GeminiBatches
from batch_servers.mistral import MistralBatches
from batch_servers.openai import OpenAIBatches
from batch_servers.openrouter import OpenRouterBatches
from batch_servers.outcomes import (
    DUPLICATED,
    EXPIRED_LINE,
    GARBLED,
    MISSING,
    STATUS_ZERO,
    SUCCEEDED,
    Fate,
    Phase,
    failed,
)
from batch_servers.record import Run, Seen
from batch_servers.server import BatchServer

VALIDATING, RUNNING, FINISHING = Phase.VALIDATING, Phase.RUNNING, Phase.FINISHING
COMPLETED, EXPIRED, FAILED = Phase.COMPLETED, Phase.EXPIRED, Phase.FAILED

__all__ = [
    "COMPLETED",
    "DUPLICATED",
    "EXPIRED",
    "EXPIRED_LINE",
    "FAILED",
    "FINISHING",
    "GARBLED",
    "MISSING",
    "RUNNING",
    "STATUS_ZERO",
    "SUCCEEDED",
    "VALIDATING",
    "AnthropicBatches",
    "BatchServer",
    "Fate",
    "GeminiBatches",
    "MistralBatches",
    "OpenAIBatches",
    "OpenRouterBatches",
    "Phase",
    "Run",
    "Seen",
    "Step",
    "failed",
]
