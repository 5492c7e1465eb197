"""Compress a text to a level; a text without JSON is its own lossless form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from scrimp.compress.compressed_text import CompressedText
from scrimp.compress.options import DEFAULT_KEEP, LEVELS, CompressOptions, TokenCounter
from scrimp.errors import UsageError
from scrimp.values import TextSpan


def compress(
    text: str, level: str, *, query: str = "", keep: float = DEFAULT_KEEP, protected: re.Pattern[str] | None = None,
    count: TokenCounter | None = None, asked: str = "", told: Sequence[TextSpan] = (),
) -> CompressedText:  # fmt: skip
    """Return the text at a level; `off` returns it unchanged, and no level makes it longer, nor in tokens with `count`.

    The options are those of `CompressOptions`. Compressing twice changes nothing more, but focus and dense would choose
    among the sentences again, unless `keep` is 1; `query` is by default the question that the text itself asks, and
    where it asks none no sentence is left out. Raises UsageError for an unknown level.
    """
    options = CompressOptions(level, query, keep, protected, count=count, asked=asked, told=tuple(told))
    return compress_with(text, options)


def compress_with(text: str, options: CompressOptions) -> CompressedText:
    """Return the text compressed with these options; see `compress`."""
    if options.level not in LEVELS:
        raise UsageError(f"no compression level '{options.level}': use one of {', '.join(LEVELS)}")
    if options.level == "off" or not text:
        return CompressedText(text)
    if options.level == "lossless" and not _may_have_json(text, options.told):
        return CompressedText(text)
    from scrimp.compress.pipeline import run_pipeline  # most rows of a large run are plain text

    compressed = run_pipeline(text, options)
    reason = options.protected_change(text, compressed.text)
    if reason is None:
        return compressed
    # Each rule kept to what is protected, but a match may run across the seams of zones.
    return replace(compressed, text=text, changes=(), taken_back=(*compressed.taken_back, ("all", reason)))


def _may_have_json(text: str, told: Sequence[TextSpan]) -> bool:
    """Return whether a text has JSON that may be data, which fills its lines unless it is told; most have none."""
    if "{" not in text and "[" not in text:
        return False
    from scrimp.compress.json.embedded import find_json  # as the pipeline
    from scrimp.compress.json.lexer import may_begin_value  # as the pipeline
    from scrimp.compress.json.placement import Placement  # as the pipeline

    if not told:
        placement = Placement(text)
        return any(placement.may_begin(text.rfind("\n", 0, start) + 1) for start, _ in find_json(text))
    return any(may_begin_value(text[start:end]) or find_json(text[start:end]) for start, end in told)
