from __future__ import annotations

import json

from flows.rows import STEP
from scrimp.flows.plan.planned_row import PlannedRow
from scrimp.flows.plan.prompt_compressor import CompressedPrompt, PromptCompressor
from scrimp.values import Chain, Prompt, Route

RECORDS = [{"id": n, "name": f"n{n}"} for n in range(9)]


class CountingCompressor(PromptCompressor):
    """A compressor that knows how often it was asked."""

    times = 0

    def compress(self, prompt: Prompt) -> CompressedPrompt:
        self.times += 1
        return super().compress(prompt)


def test_a_prompt_is_compressed_once_and_only_when_it_is_to_be_sent() -> None:
    prompt = Prompt(index=0, text=f"Who is n3?\n\n{json.dumps(RECORDS, indent=2)}", system="Be brief.")
    compressor, route = CountingCompressor("lossless"), Route(chain=Chain(steps=(STEP,)), tier=None, why="asked for")
    row = PlannedRow(prompt, "lossless", compressor, route, b"key", "Labels: a, b.")

    assert compressor.times == 0
    assert row.text == f"Who is n3?\n\n{json.dumps(RECORDS, separators=(',', ':'))}"
    assert (row.system, row.sent.history, row.sent.rules) == (
        "Be brief.\n\nLabels: a, b.", (), ("json white space",),
    )  # fmt: skip
    assert compressor.times == 1
