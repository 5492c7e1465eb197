"""What is left of one text after a compressor: tokens, facts, negations, code, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bench.compressors.items import Item
from compress.facts import Fact, facts, lost_facts
from scrimp.compress.checks.json_equal import json_equal
from scrimp.compress.zones import protected_spans

_BLOCK = re.compile(
    r"</?(?:p|div|li|[uod]l|d[td]|t[rdh]|h[1-6]|br|table|section|article|aside|main|header|footer|nav|pre|figcaption"
    r"|option|button|label|body|title)\b[^<>]*>",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    kept: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.kept + other.kept, self.of + other.of)

    def __str__(self) -> str:
        return f"{self.kept / self.of:.1%}" if self.of else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one text, or several added up, came out as; shares are of facts, negations, code blocks and texts."""

    before: int = 0  # tokens
    after: int = 0
    facts: Share = Share()
    negations: Share = Share()
    code: Share = Share()
    json: Share = Share()
    not_longer: Share = Share()
    same_again: Share = Share()
    bytes: int = 0
    seconds: float = 0.0
    failed: int = 0


def found(item: Item, result: dict[str, object], count: Callable[[str], int]) -> Found:
    """Return what a worker's result does to an item; `count` counts tokens. A text that failed is sent as it was."""
    failed = "error" in result
    after = item.text if failed else str(result["text"])
    decoded = str(result.get("decoded", after))
    same = item.kind == "data/json" and (_same_json(item.text, after) or _same_json(item.text, decoded))
    shown = visible(item.text) if item.kind == "html" else item.text
    said = set(facts(shown))
    gone: set[Fact] = set()
    if not same:
        gone = _unsaid(shown, after, page=item.kind == "html") & _unsaid(shown, decoded, page=item.kind == "html")
    before_tokens, after_tokens = count(item.text), count(after)
    return Found(
        before=before_tokens,
        after=after_tokens,
        facts=_share(said, gone),
        negations=_share({fact for fact in said if fact.kind == "negation"}, gone),
        code=_code_kept(item.text, after),
        json=Share(int(same), 1) if item.kind == "data/json" else Share(),
        not_longer=Share(int(after_tokens <= before_tokens), 1),
        same_again=Share(int(failed or result["again"] == after), 1),
        bytes=0 if failed else len(item.text.encode()),
        seconds=0.0 if failed else float(str(result["seconds"])),
        failed=int(failed),
    )


def total(each: Iterable[Found]) -> Found:
    """Return all of them added up."""
    whole = Found()
    for one in each:
        added = {name: getattr(whole, name) + getattr(one, name) for name in Found.__dataclass_fields__}
        whole = Found(**added)
    return whole


def visible(page: str) -> str:
    """Return what a reader of a page sees, each block on a line of its own."""
    tree = HTMLParser(_BLOCK.sub(r"\n\g<0>", page))
    tree.strip_tags(["script", "style", "noscript", "template", "head"], recursive=True)
    return tree.text()


def _unsaid(before: str, after: str, *, page: bool) -> set[Fact]:
    """Return the facts that are said no more: one said twice and now once is kept, as in a table's head.

    What is left of a page may be a page still, or text.
    """
    gone = set(lost_facts(before, after)) - set(facts(after))
    return gone - set(facts(visible(after))) if page else gone


def _share(said: set[Fact], gone: set[Fact]) -> Share:
    return Share(len(said - gone), len(said))


def _code_kept(before: str, after: str) -> Share:
    """Return how many fenced blocks that hold no data are there still, byte for byte with their fences."""
    blocks = {
        before[f.start : f.end] for f in protected_spans.fences(before) if f.info not in protected_spans.DATA_FENCES
    }
    return Share(sum(block.rstrip("\n") in after for block in blocks), len(blocks))


def _same_json(before: str, after: str) -> bool:
    """Return whether two texts decode to the same, with the same lexemes; tables of scrimp's are expanded first."""
    return json_equal(before, after) or _lexemes(before) == _lexemes(after) is not None


def _lexemes(text: str) -> object:
    """Return the value of JSON with its numbers as they are written and every key with its place, or None."""
    try:
        return json.loads(text, parse_int=lambda n: ("n", n), parse_float=lambda n: ("n", n), object_pairs_hook=tuple)
    except ValueError:
        return None
