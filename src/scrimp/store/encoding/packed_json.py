"""JSON of stored answers in few bytes: deflated (RFC 1951) with a dictionary of what most of them have in common.

A stored answer is one byte, which names the dictionary, a checksum and the deflated JSON. Older ones are JSON itself,
which begins with a brace. A dictionary never changes, or what was deflated with it would be lost: another one gets
another byte. The checksum (CRC-32) is of the key and the JSON, so that a damaged index gives no key another's answer.
"""

from __future__ import annotations

import zlib

_FIRST = b"\x01"
_CHECKSUM_BYTES = 4
# What is most frequent comes last: it is found at the least distance.
_DICTIONARY = (
    b'"tool_calls":[{"id":"call_","type":"function"}],"label":"answer":"reason":"category":"score":"summary":"items":[{'
    b'"batch_saved":"0.000","raw":"```json\\n{\\"","parsed":{"estimated":true,"rules":["json white space"],"note":"'
    b'"climb":[{"model":"","provider":"","status":"paid","confidence":0.,"signal":"agreement","cost":"0.000","why":"'
    b'"calls":[{"provider":"","model":"","usage":{"input":,"output":,"cache_read":,"cache_write":}}],"attempts":2,'
    b'"called_as":"claude-haiku-4-5","gpt-5-mini","gemini-2.5-flash","mistral","deepseek-chat","qwen"'
    b'"tier":"medium","tier":"high","chain":"tiers","escalated":true,"confidence":0.9,"effort":"low","version":"'
    b'{"output":"","model":"","provider":"anthropic","provider":"openai","finish_reason":"stop","tier":"simple",'
    b'"why":"valid","usage":{"input":1,"cache_read":1,"output":1,"reasoning":1},"cost":"0.0000","price":"table",'
    b'"compressed":{"before":1,"after":1,"level":"lossless","estimated":true},"baseline":"anthropic/claude-opus-4-5",'
    b'"baseline_cost":"0.000","compression_saved":"0.000000","choice":"named model","compared_cost":"0.000000000000"}'
)
# Logarithm of the window, which the dictionary must fit, and the memory of the search: larger ones cost ten times as
# much to set up, and find little more in texts of a page.
_WINDOW, _MEMORY = -12, 5


def packed(key: bytes, json: bytes) -> bytes:
    """Return JSON as it is stored under a key."""
    deflater = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=_DICTIONARY)
    checksum = zlib.crc32(json, zlib.crc32(key)).to_bytes(_CHECKSUM_BYTES)
    return b"%b%b%b%b" % (_FIRST, checksum, deflater.compress(json), deflater.flush())


def unpacked(key: bytes, stored: bytes, *, longest: int = 0) -> bytes:
    """Return the JSON of what is stored under a key. Raise ValueError if it is damaged, or was under another.

    So it is where the JSON has more bytes than the `longest`, if one is said.
    """
    if stored[:1] != _FIRST:
        return stored
    checksum, deflated = stored[1 : 1 + _CHECKSUM_BYTES], stored[1 + _CHECKSUM_BYTES :]
    try:
        inflater = zlib.decompressobj(_WINDOW, zdict=_DICTIONARY)
        json = inflater.decompress(deflated, longest)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if inflater.unconsumed_tail:
        raise ValueError(f"it is longer than {longest} bytes")
    if zlib.crc32(json, zlib.crc32(key)).to_bytes(_CHECKSUM_BYTES) != checksum:
        raise ValueError("its checksum is wrong")
    return json
