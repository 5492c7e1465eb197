"""The judge of what compression keeps, which no rule knows: numbers, names, links, quotations, negations, counted.

Each kind is extracted separately, so that a change in one place never hides a fact in another. Each distinct token is
classified only once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Literal

from msgspec import Struct

from scrimp.compress.zones import protected_spans

FactKind = Literal[
    "url", "email", "number", "path", "ident", "flag", "quote", "codespan", "codeblock", "entity", "negation"
]


class Fact(Struct, frozen=True, gc=False):
    """A fact; white space in it is one space, except in quotations and code, which are exact."""

    kind: FactKind
    value: str


_EDGE = r"(?<![A-Za-z0-9_.@+/~-])"
_STOP = r"\s<>\"`()\[\]\u3001\u3002\uff0c\uff09"
URL = (
    _EDGE + r"(?:[A-Za-z][A-Za-z0-9+.-]*+://|www\.|mailto:|data:[\w/+.-]++;base64,)"
    rf"(?:[^{_STOP}.,;:!?'*]++|[.,;:!?'*]++(?=[^{_STOP}.,;:!?'*])|\([^{_STOP}]*+\))++"
)
MAIL = _EDGE + r"[A-Za-z0-9.+_%-][A-Za-z0-9.+_%'-]*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++"
PATH = (
    r"(?<![A-Za-z0-9_])[A-Za-z]:\\[^\s<>\"|?*:]++|\\\\[\w.-]++\\[^\s<>\"|?*:]++"
    rf"|{_EDGE}(?:~|\.{{1,2}})?+(?:/[\w.@%+~-]++)++/?+|{_EDGE}[A-Za-z0-9_.@+-]++(?:/[\w.@%+~-]++)++/?+"
)
_SIGN = "-+\u2212\u00b1"
_MONEY = "$\u20ac\u00a3\u00a5\u20b9"
_UNIT = (
    "%|\u2030|\u00b0[CFK]?|[\u20ac\u00a3\u00a5\u20b9]|(?:mg|\u00b5g|ug|kg|g|ml|mL|cl|l|L)(?:/(?:kg|ml|l|L|h|day))?"
    "|(?:km|m|mi)/(?:h|s)|(?:mm|cm|km|m|nm|ft|in|mi|yd)[\u00b2\u00b3]?|(?:k|M|G|T|Ki|Mi|Gi|Ti)?(?:B|bit|bps|Hz)|[MGT]Bps"
    "|(?:ms|\u00b5s|ns|s|sec|secs|min|mins|h|hr|hrs|d)|(?:m|k|M|G)?(?:W|Wh|V|A|J|Pa|N)|mol|mmol/L|lbs?|oz|px|pt|em|rem|USD|EUR|GBP|CHF|JPY"
    "|(?:second|minute|hour|day|week|month|year|word|token|line|page|sentence|item|dose|time|point|dollar|euro|cent|degree)s?"
    "|percent|million|billion|trillion|thousand|kilometers?|kilometres?|meters?|metres?|miles?|feet|inch(?:es)?|pounds?|am|pm|AM|PM"
    "|[\u5e74\u6708\u65e5\u65f6\u6642\u5206\u79d2\u5143\u5186\u5c81\u6b73\u4eba\u4e2a\u4e07\u4ebf]"
)
NUMBER = (
    rf"[{_SIGN}{_MONEY}\d](?:(?<=\d)(?<![A-Za-z\d_]\d)(?<![A-Za-z\d_]\.\d)"
    rf"|(?<=[{_SIGN}{_MONEY}])(?<![\w)\]][{_SIGN}])[{_SIGN}{_MONEY}]?+\.?+\d)"
    r"[A-Za-z\d_]*+(?:[.:/\u2013-]\d[A-Za-z\d_]*+|,\d{3}(?!\d)|(?<=\.\d{3}),\d++|(?<=[eE])\+\d++|\^[-+]?+\d++)*+"
    rf"(?:[ \u00a0\u202f]?+(?:{_UNIT})(?![A-Za-z\d_]))?+"
)
VERSION = (
    r"(?<![\w.])v\d++(?:\.[\w]++)*+(?:[-+][A-Za-z0-9.+-]*+)?+"
    r"|(?<![\w.])\d++\.\d++\.\d++(?:\.\d++)*+(?![\w:/]|-\d)(?:[-+][A-Za-z][A-Za-z0-9.+-]*+)?+"
    r"|(?:[<>=~!]=|\^|~|[<>])[ ]?+\d++(?:\.\d++)++(?:, ?+[<>=~!]=?+ ?+\d++(?:\.\d++)*+)*+"
)
FLAG = r"(?<![^\s(\[{,\"'`|=])--?[A-Za-z][\w-]*+"
_PLAIN_WORD = r"[A-Z]?+[^\W\d_A-Z]++(?!\w)|[A-Z](?!\w)"
IDENT = (
    r"(?<!\w)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)"
    r"|[A-Za-z_]\w*+(?:(?:\.|::|->)[A-Za-z_]\w*+)++(?:\(\))?+"
    r"|(?<![\w-])[A-Za-z](?=[A-Za-z-]*+\d)\w*+(?:-\w++)++"
    rf"|(?!{_PLAIN_WORD})[A-Za-z_]\w*+(?:\(\))?+|\$[A-Za-z_]\w*+"
)
OTHER = (
    "[A-Za-z0-9_]++(?:['\u2019][A-Za-z]++)*+"
    f"|[^\\x00-\\x7f\u00ab\u201c\u201e\u300c\u300e\u2018{_SIGN[2:]}{_MONEY[1:]}]++|[\\s\\S]|\\Z"
)
_TOKEN = re.compile(
    f"(?P<url>{URL})|(?P<email>{MAIL})|(?P<path>{PATH})"
    f"|(?P<version>{VERSION})|(?P<flag>{FLAG})|(?P<ident>{IDENT})|(?:{OTHER})"
)
_PLAIN_TOKEN = re.compile("[\"'(*\u201c]*+[A-Z]?+[^\\W\\d_A-Z]*+(?:['\u2019][a-z]++)?+[\"'.,;:!?)*\u201d]*+\\Z")
_NUMBER = re.compile(NUMBER)
_QUOTE = re.compile(protected_spans.QUOTE)
_CODE = re.compile(protected_spans.CODE)

_UPPER = (
    "A-Z\u00c0-\u00d6\u00d8-\u00de\u0104\u0106\u010c\u010e\u0110\u0118\u011a\u0130\u0141\u0143\u0147\u0150\u0158"
    "\u015a\u0160\u015e\u0164\u016e\u0170\u0179\u017b\u017d\u0386-\u038f\u0391-\u03ab\u0400-\u042f"
)
_NAME = f"[{_UPPER}][\\w\u2019'&-]*+"
_NAME_PARTICLES = "(?:(?:of|the|de|du|la|van|von|der|and|for|di) ){0,2}"
_ENTITY = re.compile(
    f"[{_UPPER}](?<=[\\w,;)\u2019'] [{_UPPER}])[\\w\u2019'&-]++(?: {_NAME_PARTICLES}{_NAME})*+",
)
_CAPITALIZED = re.compile(f"[{_UPPER}][\\w\u2019'-]*+")

_WORDS = re.compile(r"[\w']+|[.!?]")
_ENGLISH = """no not never none nothing nobody nowhere neither nor without unless except excluding only cannot
hardly barely scarcely dont doesnt didnt isnt wont cant shouldnt"""
_OTHER_LANGUAGES = """nicht kein keine keinen keinem keiner keines nie niemals ohne au\u00dfer weder nichts nur
pas jamais sans sauf aucun aucune ni rien seulement nunca sin tampoco excepto jam\u00e1s s\u00f3lo non mai senza
n\u00e3o nem sem niet geen nooit zonder bez
\u043d\u0435 \u043d\u0435\u0442 \u043d\u0438 \u0431\u0435\u0437 \u043d\u0438\u043a\u043e\u0433\u0434\u0430"""
_NEGATIONS = frozenset([*_ENGLISH.split(), *_OTHER_LANGUAGES.split()])
# Words that the scope of a negation skips. Not "just", "too", "only", "yet" or "any", which change its meaning.
_FUNCTION_WORDS = """
a an the be been being to of in on at by is are was were it its this that these those as have has had and
or from for with i you he she we they them his her their my your our"""
_SKIPPED = frozenset(_FUNCTION_WORDS.split())
_MAX_SCOPE = 5
_CJK_NEGATION = re.compile("[\u4e0d\u6ca1\u6c92\u7121\u65e0\u52ff\u83ab\u522b\u5225]\\w?")


def facts(text: str, *, kinds: Collection[FactKind] | None = None) -> Counter[Fact]:
    """Return the facts of a text and how often each occurs."""
    found: Counter[Fact] = Counter()
    flat = " ".join(text.split())
    for kind, finder in _FINDERS.items():
        if kinds is None or kind in kinds:
            _add(found, kind, finder(text, flat))
    if kinds is None or not _TOKEN_KINDS.isdisjoint(kinds):
        _add_tokens(found, text, _TOKEN_KINDS if kinds is None else _TOKEN_KINDS.intersection(kinds))
    return found


def lost_facts(before: str, after: str, *, kinds: Collection[FactKind] | None = None) -> Counter[Fact]:
    """Return the facts that `after` lacks, with their counts.

    A name at the start of a sentence cannot be told from a plain word, so a name is lost only if its words are.
    """
    if before == after:
        return Counter()
    lost = facts(before, kinds=kinds) - facts(after, kinds=kinds)
    names = [fact for fact in lost if fact.kind == "entity"]
    if names:
        missing = Counter(_CAPITALIZED.findall(before)) - Counter(_CAPITALIZED.findall(after))
        for fact in names:
            if missing.keys().isdisjoint(_CAPITALIZED.findall(fact.value)):
                del lost[fact]
    return lost


def gained_facts(before: str, after: str, *, kinds: Collection[FactKind] | None = None) -> Counter[Fact]:
    """Return the facts that `before` lacks: words that are joined or split make new ones."""
    return lost_facts(after, before, kinds=kinds)


def _add(found: Counter[Fact], kind: FactKind, values: Iterable[str]) -> None:
    for value, times in Counter(values).items():
        found[Fact(kind, value)] += times


def _add_tokens(found: Counter[Fact], text: str, kinds: Collection[str]) -> None:
    for token, times in Counter(text.split()).items():
        if (token.islower() and token.isalpha()) or _PLAIN_TOKEN.match(token):
            continue
        for match in _TOKEN.finditer(token):
            kind = "ident" if match.lastgroup == "version" else match.lastgroup
            if kind in kinds and (value := _trimmed(kind, match[0])):
                found[Fact(kind, value)] += times  # type: ignore[arg-type]  # the groups are named after kinds


def _trimmed(kind: str | None, value: str) -> str:
    """Return the value without punctuation of the sentence around it; "" if it is emphasis: _so_."""
    if kind == "path":
        return value.rstrip(".")
    if kind == "ident" and not value.startswith("__"):
        bare = value.strip("_")
        return "" if bare != value and bare.isalpha() and bare[1:].islower() else bare
    return value


def _numbers(_text: str, flat: str) -> Iterable[str]:
    return _NUMBER.findall(flat)


def _quotes(text: str, _flat: str) -> Iterable[str]:
    return (quote[1:-1] for quote in _QUOTE.findall(text))


def _codespans(text: str, _flat: str) -> Iterable[str]:
    if "`" not in text:
        return ()
    done, pieces = 0, []
    for fence in protected_spans.fences(text):
        pieces.append(text[done : fence.start])
        done = fence.end
    pieces.append(text[done:])
    return (span.strip("`") for piece in pieces for span in _CODE.findall(piece))


def _codeblocks(text: str, _flat: str) -> Iterable[str]:
    return (
        text[f.body_start : f.body_end]
        for f in protected_spans.fences(text)
        if f.info not in protected_spans.DATA_FENCES
    )


def _entities(_text: str, flat: str) -> Iterable[str]:
    return _ENTITY.findall(flat)


def _negations(_text: str, flat: str) -> Iterable[str]:
    words = _WORDS.findall(flat.lower().replace("\u2019", "'"))
    negative = {word for word in set(words) if word.strip("'") in _NEGATIONS or word.endswith("n't")}
    found = [_scope(words, at) for at, word in enumerate(words) if word in negative] if negative else []
    return found if flat.isascii() else [*found, *_CJK_NEGATION.findall(flat)]


def _scope(words: list[str], at: int) -> str:
    """Return a negation with the word it applies to: the next in its sentence that is not a function word."""
    for word in words[at + 1 : at + 1 + _MAX_SCOPE]:
        if word in ".!?":
            break
        if word not in _SKIPPED:
            return f"{words[at]} {word}"
    return words[at]


_TOKEN_KINDS: frozenset[FactKind] = frozenset(("url", "email", "path", "flag", "ident"))
_FINDERS: dict[FactKind, Callable[[str, str], Iterable[str]]] = {
    "number": _numbers,
    "quote": _quotes,
    "codespan": _codespans,
    "codeblock": _codeblocks,
    "entity": _entities,
    "negation": _negations,
}
