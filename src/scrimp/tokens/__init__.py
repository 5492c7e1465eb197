"""How many tokens a text has: exactly in o200k_base, by a stated factor for other families, or roughly by its bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.tokens.estimate import estimate
from scrimp.tokens.tokenizer_factors import TokenCount, tokenizer_factor

__all__ = ["TokenCount", "count", "count_for", "estimate"]

_LONGEST_RUN = 200_000  # characters
_LINE_START = re.compile(r"\n(?=[^\s/])")  # no token goes on here, as it may with blanks and slashes after a line's end


def count(text: str) -> int:
    """Return the number of o200k_base tokens; words that look like special tokens are plain text.

    It is exact but for blanks by the hundred thousand in a row, which are counted in pieces.
    """
    from scrimp.tokens.o200k import encoding  # loading it takes a fifth of a second

    encode = encoding().encode_ordinary
    return sum(len(encode(piece)) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Yield a long text in pieces of some lines: the tokens of all of it take ten times as much memory as it does."""
    start = 0
    while line := _LINE_START.search(text, start + _LONGEST_RUN):
        yield from _without_long_runs(text[start : line.end()])
        start = line.end()
    yield from _without_long_runs(text[start:])


def _without_long_runs(text: str) -> Iterator[str]:
    """Yield the text, cut within very long runs of blanks: tiktoken's stack overflows at about a million."""
    start = 0
    for blanks in re.finditer(r"\s{64,}", text) if len(text) > _LONGEST_RUN else ():
        for cut in range(blanks.start() + _LONGEST_RUN, blanks.end(), _LONGEST_RUN):
            yield text[start:cut]
            start = cut
    yield text[start:]


def count_for(provider: str, model: str, text: str) -> TokenCount:
    """Return a text's tokens as a model counts them; an estimate unless the model's tokenizer is o200k_base.

    Tokens that the format of a chat adds around the text are not counted.
    """
    factor = tokenizer_factor(provider, model)
    tokens = count(text)
    return (
        TokenCount(tokens, estimated=False)
        if factor is None
        else TokenCount(-(-tokens * factor // 100), estimated=True)
    )
