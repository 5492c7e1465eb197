"""Compress a text to a level: plain words on a fast path, everything else through the pipeline."""

from __future__ import annotations

import re

from msgspec.structs import replace

from scrimp.compress.compressed_text import AppliedRule, CompressedText
from scrimp.compress.options import DEFAULT_KEEP, LEVELS, CompressOptions
from scrimp.compress.wording.whitespace import WHITESPACE_RULES
from scrimp.errors import UsageError

# What records, code, pages, logs, tables and command output contain and plain prose does not.
# Several patterns: each alone is found by its first characters, all in one would be tried at every place.
_NOT_PLAIN = tuple(
    re.compile(pattern)
    for pattern in (
        r"[{}\[\]<>|$`~@=\\]",
        r"\t(?=\S)",
        r"   (?=\S)",
        r":\d",
        r"\n(?:[-dlbcps][rwxsStT-]{9}|(?:import|from|def|class|return|func|let|const|var|SELECT|[+-]{3}) )",
    )
)
_CODE_LINE_ENDS = (";\n", ";\r", "(\n", "(\r", ":\n", ":\r")


def compress(
    text: str, level: str, *, query: str = "", keep: float = DEFAULT_KEEP, protected: re.Pattern[str] | None = None
) -> CompressedText:
    """Return the text at a level; `off` returns it unchanged, and no level makes it longer.

    Compressing twice changes nothing more, except at focus and terse, which would choose among the sentences again.
    `query` is the question those two levels select sentences for; by default the question that the text itself asks,
    and where it asks none no sentence is left out. `keep` is the share of a context, 0 to 1, that its sentences may
    take. What `protected` matches is the same afterwards, in the same order. Raises UsageError for an unknown level.
    """
    return compress_with(text, CompressOptions(level, query, keep, protected))


def compress_with(text: str, options: CompressOptions) -> CompressedText:
    """Return the text compressed with these options; see `compress`."""
    if options.level not in LEVELS:
        raise UsageError(f"no compression level '{options.level}': use one of {', '.join(LEVELS)}")
    if options.level == "off" or not text:
        return CompressedText(text)
    compressed = _compress_plain(text) if options.level == "lossless" else None
    if compressed is None:
        from scrimp.compress.pipeline import run_pipeline  # noqa: PLC0415 - most rows of a large run are a plain line

        compressed = run_pipeline(text, options)
    reason = options.protected_change(text, compressed.text)
    if reason is None:
        return compressed
    # Each rule kept to what is protected, but a match may run across the seams of zones.
    return replace(compressed, text=text, changes=(), taken_back=(*compressed.taken_back, ("all", reason)))


def _compress_plain(text: str) -> CompressedText | None:
    """Compress a text of plain words, as most rows of a large run are: only its white space can be shorter.

    Return None for a text that needs the pipeline.
    """
    if "\n" not in text and "\r" not in text and text == text.strip():
        # A single line is shorter only as a record, which starts with its first character.
        return None if text.startswith(("{", "[")) else CompressedText(text)
    if any(sign.search(text) for sign in _NOT_PLAIN) or any(end in text for end in _CODE_LINE_ENDS):
        return None
    applied = []
    for name, rewrite in WHITESPACE_RULES:
        shorter = rewrite(text)
        if shorter != text:
            applied.append(AppliedRule("instruction", "prose", name, text, shorter))
            text = shorter
    return CompressedText(text, tuple(applied))
