"""The o200k_base encoding, built with tiktoken from the table in this package, so that nothing is downloaded.

The table is OpenAI's, as published for tiktoken (MIT, see o200k_base.LICENSE), unchanged.
"""

from __future__ import annotations

import zlib
from binascii import a2b_base64
from functools import cache
from itertools import count
from pathlib import Path

from tiktoken import Encoding

TABLE = Path(__file__).parent / "o200k_base.tiktoken.gz"
WORD_END = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
# How the encoding splits text before merging bytes; part of its definition.
SPLIT_PATTERNS = (
    rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}\p{{Lm}}\p{{Lo}}\p{{M}}]*[\p{{Ll}}\p{{Lm}}\p{{Lo}}\p{{M}}]+{WORD_END}",
    rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}\p{{Lm}}\p{{Lo}}\p{{M}}]+[\p{{Ll}}\p{{Lm}}\p{{Lo}}\p{{M}}]*{WORD_END}",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
_PIECE = 256 * 1024  # bytes of the table, taken apart at a time: its fields need not be in memory together


@cache
def encoding() -> Encoding:
    """Return o200k_base without special tokens; about 200 ms the first time, half of it inside tiktoken."""
    ranks = merge_ranks()
    found = Encoding("o200k_base", pat_str="|".join(SPLIT_PATTERNS), mergeable_ranks=ranks, special_tokens={})
    ranks.clear()  # tiktoken has its own table now, and keeps this one for nothing that is used here
    return found


def merge_ranks() -> dict[bytes, int]:
    """Return the table: each line is a token in base64 and its rank, and ranks count up from zero."""
    table = zlib.decompress(TABLE.read_bytes(), wbits=zlib.MAX_WBITS | 16)
    ranks: dict[bytes, int] = {}
    at, rank = 0, count()
    while at < len(table):
        end = table.find(b"\n", at + _PIECE) + 1 or len(table)
        ranks.update(zip(map(a2b_base64, table[at:end].split()[::2]), rank, strict=False))
        at = end
    return ranks
