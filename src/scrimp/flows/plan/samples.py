"""Several completions of one prompt (`--samples`): the prompt that many times, each with its number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from scrimp.flows.plan.run_options import RunOptions
from scrimp.values import Prompt


def samples(prompts: Iterable[Prompt], count: int | None) -> Iterator[Prompt]:
    """Yield each prompt `count` times, numbered from 0; unnumbered where one completion of each is wanted."""
    if count is None or count == 1:
        yield from prompts
        return
    for prompt in prompts:
        for number in range(count):
            yield replace(prompt, sample=number)


def warn_of_equal_samples(options: RunOptions, count: int | None, warn: Callable[[str], None]) -> None:
    """Warn where the samples of a prompt will be mostly the same text, paid for again."""
    if count is None or count == 1:
        return
    if options.parameters.temperature == 0:
        warn("--samples with --temperature 0: a prompt's completions will be mostly the same; leave out one of the two")
    elif options.model is not None and options.model.startswith("local/"):
        warn("--samples with a local model: it always completes a prompt in the same way; leave --samples out")
