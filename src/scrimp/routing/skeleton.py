"""What stays the same across the prompts of one task, told from one prompt alone.

A template leaves traces that no payload changes: headings and labels ("## Question:", "Context:"), tags, a list of
options, a fence, and sentences at either end that say how to go about it ("Please answer in the following json
format."). Digits, quoted text, names and whatever stands in a fence or between tags are payload. A prompt without such
traces is bare: it has no skeleton, and nothing is read into its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.regexes import pattern

_EDGE = 2500  # characters at either end; templates stand around their payload
_FIRST, _LAST = 3, 6  # lines at either end whose sentences may speak of the task
_PARAGRAPH = 300  # characters: of a longer line only the first and the last sentence may
_SENTENCE = 200  # characters in which they are looked for
_WORDS = 24  # of a sentence
_ENCLOSED = r"(?s)```.*?(?:```|\Z)|\[([A-Za-z_]{2,20})\].*?\[/\1\]|<([A-Za-z_-]{2,20})>.*?</\2>"
_QUOTED = r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|'(?<!\w')[^'\n]*'(?!\w)|`[^`\n]*`"
_QUOTES = r"[\"'“«`]"
_LABEL = r"(?:\#+\s+|\*\*)?(?:(\w+)\s+)?([\w-]+)(?:\(s\))?\s*(?:[\[(]?\d+[\])]?)?(?:\*\*)?:"
_LABELS = frozenset((
    "question", "q", "answer", "context", "document", "documents", "passage", "text", "input", "output",
    "instruction", "instructions", "task", "example", "examples", "clue", "clues", "title", "review", "sentence",
    "article", "hint", "hints", "options", "choices", "query", "code", "user", "assistant", "system", "ticket",
    "email", "e-mail", "message", "subject", "category", "categories", "label", "labels", "response", "explanation",
    "reasoning", "summary", "story", "premise", "hypothesis", "problem", "solution", "schema", "table", "data",
    "rules", "constraints", "requirements", "facts", "history", "conversation", "dialogue", "transcript",
    "description", "product", "request", "goal", "role", "steps", "format", "paragraph", "translation", "sql", "json",
    "log", "diff",
))  # fmt: skip
_ASKING = frozenset((
    "translate", "summarize", "summarise", "classify", "categorize", "categorise", "extract", "rewrite", "rephrase",
    "paraphrase", "proofread", "label", "respond", "reply", "answer", "output", "return", "present", "think",
    "choose", "select", "pick", "read", "use", "give", "provide", "show", "put", "write", "consider", "identify",
    "determine", "decide", "complete", "fill", "explain", "list", "analyze", "analyse", "judge", "rate", "generate",
    "follow", "keep", "include", "make", "ensure", "state",
))  # fmt: skip
# "find", "write" and "compute" open a payload as often as a template: they count only behind "please".
_PAYLOAD = frozenset((
    "write", "make", "list", "read", "explain", "complete", "identify", "determine", "consider", "generate", "give",
    "show",
))  # fmt: skip
_ADDRESSING = frozenset(("you", "your", "do", "don't"))
_ADDRESSED = ("you are ", "you will ", "you must ", "your task", "your job", "your goal", "do not ", "don't ")
_CONTAINED = r"your answer|final answer|step by step|json format|JSON|the following information"
_WORD = r"(?<![\w'])[a-z]{2,}(?![\w'])"  # neither names nor numbers


def skeleton(text: str) -> str:
    """Return the traces of a template in the order they first appear, one a line; empty where the prompt is bare."""
    text = text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}"
    traces: dict[str, None] = {}
    if "```" in text or "[/" in text or "</" in text:
        text = pattern(_ENCLOSED).sub(lambda found: _enclosed(found, traces), text)
    lines = [line for line in text.splitlines() if line and not line.isspace()]
    if len(lines) > 1:
        traces.update(dict.fromkeys(mark for line in lines for mark in _marks(line)))
    ends = lines if len(lines) <= _FIRST + _LAST else lines[:_FIRST] + lines[-_LAST:]
    alone = len(text) if len(lines) == 1 else 0
    traces.update(dict.fromkeys(said for line in ends for said in _said(line, alone)))
    return "\n".join(traces)


def _enclosed(found: re.Match[str], traces: dict[str, None]) -> str:
    traces[f"within {(found[1] or found[2] or '```').lower()}"] = None
    return "\n"


def _marks(line: str) -> Iterator[str]:
    """Yield the heading, label or option that a line opens with."""
    opening = line[0]
    if opening == "#" and len(line) < 40 and line.lstrip("#")[:1] == " ":
        yield "heading " + " ".join(pattern(r"[^\W\d_]+").findall(line.lower()))
    elif line[1:3] in (". ", ") ") and opening in "AaBb":
        yield "options"
    elif ":" in line[:40]:
        label = pattern(_LABEL).match(line)
        if label is not None and (label[2].lower() in _LABELS or (label.end() == len(line.rstrip()) and not label[1])):
            yield f"label {label[2].lower()}"


def _said(line: str, alone: int) -> Iterator[str]:
    """Yield what a line says of the task, in its plain words.

    Where the line is all there is (of so many characters), a sentence that is half of it is payload itself, unless a
    colon sets it off.
    """
    if line[0] in '\t{}[]<"|' or line[:4].isspace():
        return  # code and data
    if len(line) > _PARAGRAPH:
        line = f"{line[:_SENTENCE].partition('. ')[0]}. {line[-_SENTENCE:].rpartition('. ')[2]}"
    if pattern(_QUOTES).search(line):
        line = pattern(_QUOTED).sub("", line)
    for sentence in pattern(r"[.!?]\s+").split(line.strip(" -*\t").replace(": ", ":. ")):
        if (not alone or 2 * len(sentence) < alone or sentence[-1:] == ":") and _speaks(sentence):
            words: list[str] = pattern(_WORD).findall(sentence[0].lower() + sentence[1:])
            if len(words) > 1:
                yield "says " + " ".join(words[:_WORDS])


def _speaks(sentence: str) -> bool:
    word, _, rest = sentence.partition(" ")
    word = word.rstrip(":").lower()
    if word == "please":
        return rest.partition(" ")[0] in _ASKING
    return (
        (word in _ASKING and word not in _PAYLOAD)
        or (word in _ADDRESSING and sentence.lower().startswith(_ADDRESSED))
        or pattern(_CONTAINED).search(sentence) is not None
    )
