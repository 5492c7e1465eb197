"""Reasoning that a model writes in front of its answer, between tags, and that is not part of it."""

from __future__ import annotations

from scrimp.regexes import pattern

# DeepSeek R1, Qwen 3 and QwQ, and models that were told to; Magistral; Kimi.
_NAMES = "think|thinking|thought|reasoning"
_START = rf"(?:<(?:{_NAMES})>|\[THINK\]|\u25c1think\u25b7)"
_END = rf"(?:</(?:{_NAMES})>|\[/THINK\]|\u25c1/think\u25b7)"
_BLOCKS = rf"(?s)(?:\s*{_START}.*?(?:{_END}|\Z))+"
# A chat template may open the block in the prompt, so that the reply has only its end, on a line of its own.
_LONE_END = rf"(?sm)(?:(?!{_START}).)*?^[ \t]*{_END}[ \t\r]*$"


def without_reasoning(text: str) -> str:
    """Return a completion without the reasoning in front of it; "" where the reasoning never ends."""
    if "<" not in text and "[" not in text and "\u25c1" not in text:  # the first characters of all tags
        return text
    block = pattern(_BLOCKS).match(text)
    if block is None and pattern(_END).search(text):
        block = pattern(_LONE_END).match(text)
    return text if block is None else text[block.end() :].lstrip()
