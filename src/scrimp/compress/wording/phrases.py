"""Shorten courtesies and filler in English requests.

Only phrases in the table change. None of them contains a negation or a binding modal ("must", "should", "may"), and
nothing is removed next to a negation, or after a label such as "Text:", where quoted text starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

from scrimp.compress.wording.phrase_table import COURTESIES, FILLERS, REPLACEMENTS, REQUEST_OPENERS

_MAX_PASSES = 6
_NEGATION = re.compile(
    r"(?:\b(?:not|no|never|nor|none|neither|cannot|without|hardly)|n['\u2019]t)[ \n]+\Z", re.IGNORECASE
)
_NEGATION_AFTER = re.compile(
    r"[ \n]*(?:not|no|never|nor|don['\u2019]t|do not|does not|do n['\u2019]t|avoid)\b", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?:^|(?<=[\n.!?:] )|(?<=\n))(?:(?:Here is|This is) the )?"
    r"(?:Text|E-?mail|Article|Passage|Document|Input|Context|Transcript|Message|Sentence|Review|Letter|Story|Quote|Note)"
    ""
    r"s?[ ]?:|\bThe sentence is:"
)
_SENTENCE_START = re.compile(r"(?:\n[ \t]*(?:(?:[-*+]|[0-9]{1,3}[.)])[ ])?|[.!?][)\"'\u2019\u201d]?[ \n]+)\Z")
_AFTER_LIST_MARK = re.compile(r"(?:[-*+:]|[0-9][.)])\s+\Z")
_AFTER_JOINT = re.compile(r"(?:[,;]|\b(?:and|but|so|then|also))[ \n]+\Z")
# A task about the wording of a text, perhaps without a label before that text: only its first sentence is shortened.
_WORDING_TASK = re.compile(
    r"\b(?:translat|rewrit|rephras|paraphras|proof-?read|gramma|sentiment|verbatim|repeat|polish|spell|quot|wording"
    r"|phrase|sentence|edit\b|classif|reply to|respond to)",
    re.IGNORECASE,
)
_FIRST_SENTENCE_END = re.compile(r"[:.!?]\s|\n")
_WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_NEXT_WORD = re.compile(r"([a-z])[a-z]*(?=[\s,;:!?]|\.(?:\s|\Z)|\Z)")
_FUNCTION_WORDS = frozenset(
    _WORDS.findall(
        "the of to and a in is that it for you i on with as this be are was have from or by at an we can could would"
        " will please my your me if what which how do not should there their they but has been so more about any"
        " when who all these them he she his her our no than then into it's i'm i've don't"
    )
)


def is_english(text: str) -> bool:
    """Guess whether a text is English by its share of common words; only the beginning is read."""
    words = [word.lower().replace("\u2019", "'") for word in _WORDS.findall(text[:4000])]
    return sum(word in _FUNCTION_WORDS for word in words) * 4 >= max(len(words), 4)


def shorten_phrases(text: str, rewrite_unprotected: Callable[[str, Callable[[str], str]], str]) -> str:
    """Shorten the phrases of the table; `rewrite_unprotected` applies a rewrite to each unprotected piece, in order.

    Shorter words may form another phrase. A text still changing after a few passes is returned unchanged.
    """
    if not is_english(text):
        return text
    before = text
    for _ in range(_MAX_PASSES):
        after = rewrite_unprotected(before, _Pass(before))
        if after == before:
            return after if after.strip() else text
        before = after
    return text


class _Pass:
    """One pass over the pieces of a text; it stops where quoted text starts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0  # at or before the end of the last piece in the text
        self.ended = False
        self.about_words = _WORDING_TASK.search(text) is not None

    def __call__(self, piece: str) -> str:
        if self.ended:
            return piece
        ends = [end for end in (_LABEL.search(piece), self.about_words and _FIRST_SENTENCE_END.search(piece)) if end]
        self.ended = bool(ends)
        head = piece[: min(end.end() if end[0] != "\n" else end.start() for end in ends)] if ends else piece
        start = max(self.at, self.text.find(piece, self.at))
        opens, self.at = start == self.at == 0, start + len(piece)
        closes = self.at == len(self.text)
        return _replace_phrases(head, opens=opens, closes=closes, courtesy=not self.about_words) + piece[len(head) :]


def _replace_phrases(piece: str, *, opens: bool, closes: bool, courtesy: bool) -> str:
    """Replace the phrases of a piece, which may open or close the text; else a phrase at its edge may be incomplete."""
    written: list[str] = []
    at = 0
    capital = False
    for match in _pattern().finditer(piece):
        start, end = match.span()
        before = piece[max(0, start - 40) : start] if start > 40 or not opens else f"\n{piece[:start]}"
        starts = (capital and start == at) or _SENTENCE_START.search(before) is not None
        shorter = _replacement(match, before, piece[end : end + 20], starts=starts, courtesy=courtesy)
        if shorter is None or (not start and not opens) or (end == len(piece) and not closes):
            continue
        left = _line_breaks_left(match[0], before) if match["courtesy"] and start else ""
        written.append(_with_capital(piece[at:start]) if capital else piece[at:start])
        if left:
            written[-1] = written[-1].rstrip(" ")
        written.append(left or (shorter[:1].upper() + shorter[1:] if starts or _is_capitalized(match[0]) else shorter))
        capital = starts and not shorter
        at = end
    written.append(_with_capital(piece[at:]) if capital else piece[at:])
    return "".join(written)


def _line_breaks_left(sentence: str, before: str) -> str:
    """Return the line breaks to leave after a removed sentence, so that paragraphs and list items stay apart."""
    after, already = (text[len(text.rstrip(" \n")) :].count("\n") for text in (sentence, before))
    return "\n" * (after - already)


def _is_capitalized(phrase: str) -> bool:
    return phrase[0].isupper() and phrase[:2] not in {"I ", "I'", "I\u2019"}


def _replacement(match: re.Match[str], before: str, after: str, *, starts: bool, courtesy: bool) -> str | None:
    """Return the replacement of a phrase, or None if it stays."""
    if _NEGATION.search(before) or _NEGATION_AFTER.match(after):
        return None
    if match["shorter"]:
        return _replacements()[_normalized(match[0])]
    if match["courtesy"]:
        return "" if starts and courtesy and not _AFTER_LIST_MARK.search(before) else None
    if not after[:1].isalpha():
        return None  # protected text follows, which may not start with a word
    return "" if starts else _mid_sentence(match, before)


def _mid_sentence(match: re.Match[str], before: str) -> str | None:
    """Return the replacement within a sentence, only after a comma or "and": "the tool I want you to use" stays."""
    if not _AFTER_JOINT.search(before):
        return None
    if match["filler"]:
        return ""
    return "please " if len(match[0]) > len("please ") and not match[0].startswith("what") else None


def _normalized(phrase: str) -> str:
    phrase = " ".join(phrase.replace("\u2019", "'").split())
    return phrase[0].lower() + phrase[1:]


@cache
def _replacements() -> dict[str, str]:
    return {phrase[0].lower() + phrase[1:]: shorter for phrase, shorter in REPLACEMENTS.items()}


def _with_capital(rest: str) -> str:
    """Capitalize the first letter, if the text starts with a plain lowercase word."""
    word = _NEXT_WORD.match(rest)
    return rest[0].upper() + rest[1:] if word else rest


@cache
def _pattern() -> re.Pattern[str]:
    """Build one pattern with a named group for each table, longer phrases first."""
    replaceable = sorted(REPLACEMENTS, key=lambda phrase: (-len(phrase), phrase))
    groups = {"filler": FILLERS, "courtesy": COURTESIES, "opener": REQUEST_OPENERS, "shorter": replaceable}
    choices = {name: _alternation(_expand_leading_choice(entries)) for name, entries in groups.items()}
    after = {"courtesy": r"(?:[.!]+(?:[ \n]+|\Z)|,[ \n]+(?!world)(?=[a-zI]))", "shorter": r"(?![\w'\u2019-])"}
    whole = "|".join(f"(?P<{name}>{choice}{after.get(name, '')})" for name, choice in choices.items())
    return re.compile(rf"(?<![\w'\u2019./@-])(?:{whole})")


def _expand_leading_choice(entries: Iterable[str]) -> list[str]:
    """Expand a choice at the start of an entry into several entries, so that all start with a letter."""
    plain: list[str] = []
    for entry in entries:
        if not entry.startswith("{"):
            plain.append(entry)
            continue
        depth, cuts = 0, [0]
        for number, char in enumerate(entry):
            depth += (char == "{") - (char == "}")
            if (char == "|" and depth == 1) or not depth:
                cuts.append(number)
            if not depth:
                break
        rest = entry[cuts[-1] + 1 :]
        plain += _expand_leading_choice(entry[one + 1 : other] + rest for one, other in pairwise(cuts))
    return plain


def _alternation(entries: Iterable[str]) -> str:
    """Return a pattern that branches on the first letter in either case, so that not every phrase is tried."""
    by_letter: dict[str, list[str]] = {}
    for entry in entries:
        rest = re.escape(entry[1:]).replace(r"\{", "(?:").replace(r"\}", ")").replace(r"\|", "|")
        by_letter.setdefault(entry[0].lower(), []).append(rest.replace(r"\ ", r"[ \n]").replace("'", "['\u2019]"))
    branches = (f"[{letter}{letter.upper()}](?:{'|'.join(rests)})" for letter, rests in sorted(by_letter.items()))
    return f"(?:{'|'.join(branches)})"
