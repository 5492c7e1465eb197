"""Check that only encoded bytes were omitted from a text, by the notes alone.

The check shares no code with the rule: as many bytes as a note says must follow in the original where the texts
diverge; they must be of a known kind, and what follows them must be what follows the note.
"""

from __future__ import annotations

import re
from base64 import b64decode

from scrimp.compress.encoded.magic_bytes import media_type
from scrimp.compress.encoded.omit import MEDIA, MIN_BASE64, NOTE

_HEAD = re.compile(r"data:([^,;\s]*)(?:;[^,;\s]*)*;base64,")
_PIECE = re.compile(r"([A-Za-z0-9+/_-]+)|((?:\\r)?\\n[ \t]*|\s+|\\(?=/))")
_PARTS = re.compile(r"[A-Za-z0-9+/=_-]")


def only_encoded_bytes_omitted(before: str, after: str) -> str | None:
    """Return what else differs, or what is wrong in a note (its size or media type), or None."""
    at = done = 0
    for note in NOTE.finditer(after):
        between = after[done : note.start()]
        if not before.startswith(between, at):
            return "more than encoded bytes changed"
        at += len(between)
        done = note.end()
        if before.startswith(note[0], at):  # it was there before
            at += len(note[0])
            continue
        at, reason = _check_note(before, at, note)
        if reason is not None:
            return reason
    return "more than encoded bytes changed" if before[at:] != after[done:] else None


def _check_note(before: str, at: int, note: re.Match[str]) -> tuple[int, str | None]:
    """Return the end of the run that a note replaces, and what is wrong with the note, or None."""
    media, size = note[1] or "", int(note[2].replace(",", ""))
    head = _HEAD.match(before, at)
    start = head.end() if head else at
    end, letters = _read_digits(before, start, -(-size * 4 // 3))
    data = b64decode(letters + "=" * (-len(letters) % 4), altchars="-_" if re.search("[-_]", letters) else None)
    end += len(before[end : end + 2]) - len(before[end : end + 2].lstrip("="))
    if len(data) != size:
        return end, f"a note of {size:,} bytes has the wrong size"
    if end - start < MIN_BASE64:
        return end, "a short run was omitted"
    known = media_type(data)
    if media != ((head[1] if head else "") or known):
        return end, f"it was not {media or 'a run of unknown type'}"
    if not known and not media.startswith(MEDIA):
        return end, "bytes of an unknown kind were omitted"
    return end, _check_seams(before, at, end)


def _check_seams(before: str, at: int, end: int) -> str | None:
    """Return what is wrong at the ends of a run: an adjacent character of the encoding, unless it ends an escape."""
    escaped = before[max(at - 2, 0) : at] == "\\n"
    if (at and _PARTS.match(before[at - 1]) and not escaped) or _PARTS.match(before, end):
        return "part of a word was omitted"
    if before[max(at - 1, 0) : at] == "\\" or re.compile(r"\\*\"\s*:").match(before, end):
        return "an escape or a key was omitted"
    return None


def _read_digits(text: str, start: int, count: int) -> tuple[int, str]:
    """Return their end and so many characters, across line breaks and escapes, or fewer if there are no more."""
    found: list[str] = []
    at = start
    while count > 0 and (piece := _PIECE.match(text, at)) is not None:
        letters = (piece[1] or "")[:count]
        found.append(letters)
        count -= len(letters)
        at = piece.start() + len(letters) if letters else piece.end()
    return at, "".join(found)
