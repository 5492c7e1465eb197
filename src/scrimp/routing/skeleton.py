"""What stays the same across the prompts of one task, inferred from one prompt.

A template leaves traces that no payload changes: headings and labels ("## Question:", "Context:"), tags, a list of
options, a fence, and sentences at either end that give instructions ("Please answer in the following json format.").
Digits, quoted text, names and everything in a fence or between tags are payload. A prompt without such traces is bare:
it has no skeleton, and its words are not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.regexes import pattern

_END_CHARACTERS = 2500  # characters at either end; templates enclose their payload
_HEAD_LINES, _TAIL_LINES = 3, 6  # lines at either end whose sentences may be instructions
_LONG_LINE = 300  # characters: of a longer line only the first and the last sentence count
_SENTENCE_SEARCH = 200  # characters in which they are searched for
_SENTENCE_WORDS = 24  # of a sentence
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
_INSTRUCTION_VERBS = frozenset((
    "translate", "summarize", "summarise", "classify", "categorize", "categorise", "extract", "rewrite", "rephrase",
    "paraphrase", "proofread", "label", "respond", "reply", "answer", "output", "return", "present", "think",
    "choose", "select", "pick", "read", "use", "give", "provide", "show", "put", "write", "consider", "identify",
    "determine", "decide", "complete", "fill", "explain", "list", "analyze", "analyse", "judge", "rate", "generate",
    "follow", "keep", "include", "make", "ensure", "state",
))  # fmt: skip
# "write", "list" and others begin a payload as often as a template: they count only after "please".
_PAYLOAD_VERBS = frozenset((
    "write", "make", "list", "read", "explain", "complete", "identify", "determine", "consider", "generate", "give",
    "show",
))  # fmt: skip
_ADDRESS_OPENERS = frozenset(("you", "your", "do", "don't"))
_ADDRESS_PHRASES = ("you are ", "you will ", "you must ", "your task", "your job", "your goal", "do not ", "don't ")
_INSTRUCTION_PHRASES = r"your answer|final answer|step by step|json format|JSON|the following information"
_PLAIN_WORD = r"(?<![\w'])[a-z]{2,}(?![\w'])"  # neither names nor numbers


def skeleton(text: str) -> str:
    """Return the traces of a template in the order they first appear, one a line; empty if the prompt is bare."""
    text = text if len(text) <= 2 * _END_CHARACTERS else f"{text[:_END_CHARACTERS]}\n{text[-_END_CHARACTERS:]}"
    traces: dict[str, None] = {}
    if "```" in text or "[/" in text or "</" in text:
        text = pattern(_ENCLOSED).sub(lambda match: _note_enclosure(match, traces), text)
    lines = [line for line in text.splitlines() if line and not line.isspace()]
    if len(lines) > 1:
        traces.update(dict.fromkeys(marker for line in lines for marker in _line_markers(line)))
    ends = lines if len(lines) <= _HEAD_LINES + _TAIL_LINES else lines[:_HEAD_LINES] + lines[-_TAIL_LINES:]
    only_line = len(text) if len(lines) == 1 else 0
    traces.update(dict.fromkeys(trace for line in ends for trace in _instruction_traces(line, only_line)))
    return "\n".join(traces)


def _note_enclosure(match: re.Match[str], traces: dict[str, None]) -> str:
    traces[f"within {(match[1] or match[2] or '```').lower()}"] = None
    return "\n"


def _line_markers(line: str) -> Iterator[str]:
    """Yield the heading, label or option at the beginning of a line."""
    first = line[0]
    if first == "#" and len(line) < 40 and line.lstrip("#")[:1] == " ":
        yield "heading " + " ".join(pattern(r"[^\W\d_]+").findall(line.lower()))
    elif line[1:3] in (". ", ") ") and first in "AaBb":
        yield "options"
    elif ":" in line[:40]:
        label = pattern(_LABEL).match(line)
        if label is not None and (label[2].lower() in _LABELS or (label.end() == len(line.rstrip()) and not label[1])):
            yield f"label {label[2].lower()}"


def _instruction_traces(line: str, only_line: int) -> Iterator[str]:
    """Yield the instructions in a line, by their plain words.

    Where it is the only line (of so many characters), a sentence of half its length is payload, unless a colon follows.
    """
    if line[0] in '\t{}[]<"|' or line[:4].isspace():
        return  # code and data
    if len(line) > _LONG_LINE:
        line = f"{line[:_SENTENCE_SEARCH].partition('. ')[0]}. {line[-_SENTENCE_SEARCH:].rpartition('. ')[2]}"
    if pattern(_QUOTES).search(line):
        line = pattern(_QUOTED).sub("", line)
    for sentence in pattern(r"[.!?]\s+").split(line.strip(" -*\t").replace(": ", ":. ")):
        if (not only_line or 2 * len(sentence) < only_line or sentence[-1:] == ":") and _is_instruction(sentence):
            words: list[str] = pattern(_PLAIN_WORD).findall(sentence[0].lower() + sentence[1:])
            if len(words) > 1:
                yield "says " + " ".join(words[:_SENTENCE_WORDS])


def _is_instruction(sentence: str) -> bool:
    word, _, rest = sentence.partition(" ")
    word = word.rstrip(":").lower()
    if word == "please":
        return rest.partition(" ")[0] in _INSTRUCTION_VERBS
    return (
        (word in _INSTRUCTION_VERBS and word not in _PAYLOAD_VERBS)
        or (word in _ADDRESS_OPENERS and sentence.lower().startswith(_ADDRESS_PHRASES))
        or pattern(_INSTRUCTION_PHRASES).search(sentence) is not None
    )
