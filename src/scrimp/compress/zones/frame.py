"""The lines around a part of a text, which tell whether a template or unfinished code holds it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LOOK_AROUND = 400  # characters
# A line that a template engine or a language of markup reads: a sign or keyword in braces or angles, a call after a
# sign, a word that a sign begins, attributes of an element that are not text. Other elements, and blank lines, are
# passed over.
_DIRECTIVE = re.compile(
    r"[ \t]*+(?:\{[%#/:^<@].*\}|\{\{[-~]?[ \t]*(?:[#/^>&<*!%]|\w++ .*\}|(?:else|end)\b)|\{\w+ [^{}]*\$.*\}"
    r"|<[%#?.@](?!xml)|</[#.@]|</?(?:(?!scrimp:)\w+:|cf)\w|<template\b|export (?:const|default)\b|:{3,}"
    r"|<(?!html)[^<>]*(?:\$\{|=\{|\s(?:xmlns\b|(?:[*:@#]|(?:v|x|ng)-)\w))"
    r"|[@#]\w+\(|@(?:for|foreach|if|while|switch) \(|@\{|@end(?:\w| \w+[ \t]*\Z)|#(?i:end|if|else|!\w)"
    r"|%[ \t]*(?:\w.*:|end\w*)[ \t]*\Z|:\w+[ \t]*\Z|(?<=[ \t]):\w+: |`\w[^`]*\Z"
    r"|\.(?:[a-z]{2}|[A-Z]+|\.{3,})[ \t]*\Z|\.\.[ \t]\w|import .* from [\"']|%\{|\[%|<\w+\||//(?!\S+/)|/\*|\*/|>>> .*\("
    r"|[\[{<\\](?:start)?(?:code|noformat|syntaxhighlight|programlisting|listing|verbatim|typing)\b)"
)
_ELEMENT = re.compile(r"\s*(?:<.*>\s*)?\Z")
# How a line of code ends that goes on, with an open bracket, an operator or a mark of quotation; how a listing begins.
_UNFINISHED = re.compile(
    r"(?:[(\[{]|&&|(?<!\\)\\|[\w)\]:+][ \t]*=[ \t]*(?:[^\w\s=]{0,4}|\w[\"'`])|\b(?:return|yield)"
    r"|[^\s:.!?][ \t][\"'`]{1,3}|\w(?:\"{3}|'{3})|[@#$~<(][\"']|[({]\w+: ?[\"'`]+|\{\w+\||: \|\w*|\|{3}"
    r"|::|\A[^`]*\w`)\s*\Z|(?:;|\A[ \t]+(?:[|\"'`]+|\w+\.))[ \t\r]*\Z"
    r"|\A[ \t]*(?:\#\+begin_\w|\\begin\{(?!document)|\+{4,}\s*\Z)",
    re.IGNORECASE,
)
_SAME_WORD = re.compile(r"\W*+\w.*[^\w\s/<](\w{2,}+)[^\w\n]*+\n\W*+\1\W*")  # of a here-document
_CLOSER = re.compile(r"[^\w\s([{]{0,3}[)\]}]|[|=*]#")  # the mirror of how a line ended, at the start of another one
_MIRRORED = str.maketrans("()[]{}", ")(][}{")


def is_framed(text: str, start: int, end: int) -> bool:
    """Return whether a directive is above or below a part, code that goes on in it, or brackets that match."""
    before, opened = _line_beside(reversed(text[max(0, start - _LOOK_AROUND) : start].removesuffix("\n").split("\n")))
    after, closed = _line_beside(text[end : end + _LOOK_AROUND].split("\n"))
    return opened or closed or bool(_UNFINISHED.search(before)) or _mirrors(before.strip(), after.strip())


def _line_beside(lines: Iterable[str]) -> tuple[str, bool]:
    """Return the first line that is not an element of markup, and whether there is a directive up to it.

    A line feed is behind one that has a blank line between.
    """
    apart = ""
    for line in lines:
        if _DIRECTIVE.match(line):
            return line, True
        if not _ELEMENT.match(line):
            return line + apart, False
        apart = apart or ("" if line.strip() else "\n")
    return "", False


def _mirrors(before: str, after: str) -> bool:
    return _SAME_WORD.fullmatch(f"{before}\n{after}") is not None or any(
        _CLOSER.fullmatch(after, 0, size) and before.endswith(after[size - 1 :: -1].translate(_MIRRORED))
        for size in range(1, min(5, len(after) + 1))
    )
