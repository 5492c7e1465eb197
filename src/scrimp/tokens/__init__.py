"""How many tokens a text has: exactly in o200k_base, by a stated factor for other families, or roughly by its bytes."""

from __future__ import annotations

from scrimp.tokens.estimate import estimate
from scrimp.tokens.tokenizer_factors import TokenCount, tokenizer_factor

__all__ = ["TokenCount", "count", "count_for", "estimate"]


def count(text: str) -> int:
    """Return the number of o200k_base tokens, exactly; words that look like special tokens are plain text."""
    from scrimp.tokens.o200k import encoding  # noqa: PLC0415 - loading it takes a fifth of a second

    return len(encoding().encode_ordinary(text))


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
