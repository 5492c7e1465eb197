"""How many tokens a text is: exactly in o200k_base, by a stated factor for other families, or roughly by its bytes."""

from __future__ import annotations

from scrimp.tokens.estimate import estimate
from scrimp.tokens.tokenizer_factors import TokenCount, factor_of

__all__ = ["TokenCount", "count", "count_for", "estimate"]


def count(text: str) -> int:
    """Return the number of o200k_base tokens, exactly; words that look like special tokens are plain text."""
    from scrimp.tokens.o200k import encoding  # noqa: PLC0415 - a fifth of a second, once, for those who count

    return len(encoding().encode_ordinary(text))


def count_for(provider: str, model: str, text: str) -> TokenCount:
    """Return a text's tokens as a model counts them; an estimate unless the model's tokenizer is o200k_base.

    It is the text's own tokens: what a chat's form adds around it is not counted.
    """
    factor = factor_of(provider, model)
    tokens = count(text)
    return (
        TokenCount(tokens, estimated=False)
        if factor is None
        else TokenCount(-(-tokens * factor // 100), estimated=True)
    )
