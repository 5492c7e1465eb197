"""A server to try by hand: PYTHONPATH=tests:src python -m batch_servers openai; it ends by saying what it saw."""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter

from batch_servers import AnthropicBatches, GeminiBatches, MistralBatches, OpenAIBatches, OpenRouterBatches

SERVERS = {
    "openai": OpenAIBatches, "anthropic": AnthropicBatches, "gemini": GeminiBatches, "mistral": MistralBatches,
    "openrouter": OpenRouterBatches,
}  # fmt: skip


def main() -> None:
    with SERVERS[sys.argv[1]]() as server:
        print(server.url, flush=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            signal.pause()
        except KeyboardInterrupt:
            steps = Counter(seen.step for seen in server.seen)
            told = {"steps": steps, "batches": len(server.batches), "files": len(server.files)}
            print(json.dumps(told | {"billed": sum(server.billed.values()), "twice": len(server.paid_twice)}))


main()
