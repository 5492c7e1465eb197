"""Which columns of a template hold data, and which instructions, by their names and the words around them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
# A column whose name ends in one of these holds an instruction, or an example or a form, which is part of one.
_INSTRUCTIONS = frozenset((
    "prompt", "prompts", "question", "questions", "query", "queries", "instruction", "instructions", "task", "tasks",
    "system", "user", "message", "messages", "request", "requests", "command", "ask", "asked", "goal", "objective",
    "directive", "directives", "guideline", "guidelines", "rule", "rules", "role", "persona", "conversation", "chat",
    "example", "examples", "demonstration", "demonstrations", "shot", "shots", "exemplar", "exemplars", "format",
    "schema", "template", "rubric", "criteria", "criterion", "constraint", "constraints", "requirement", "requirements",
    "tool", "tools", "function", "functions", "choice", "choices", "option", "options", "labels", "categories",
    "style", "tone", "frage", "fragen", "aufgabe", "anweisung", "anweisungen", "pregunta", "instrucciones", "tarea",
    "consigne", "domanda", "istruzioni", "compito", "pergunta", "instru\u00e7\u00f5es", "tarefa",
    "\u0432\u043e\u043f\u0440\u043e\u0441", "\u0437\u0430\u0434\u0430\u043d\u0438\u0435", "\u95ee\u9898",
    "\u6307\u4ee4", "\u4efb\u52a1", "\u8cea\u554f", "\u6307\u793a",
))  # fmt: skip
_EXAMPLES = frozenset(("example", "examples", "shot", "few", "fewshot", "demo"))  # beginnings of such names
_NO_MEANING = frozenset(("text", "txt", "string", "str", "description", "body", "content", "value", "json"))


def data_columns(columns: Sequence[str], literals: Sequence[str]) -> frozenset[str]:
    """Return the columns that hold data; `literals` are the template's own texts around them.

    Where no word of the template, nor another column, could tell what to do with a value, the value may tell it itself.
    """
    instructions = {column for column in columns if _names_instruction(column)}
    if not instructions and not any(any(map(str.isalnum, literal)) for literal in literals):
        return frozenset()
    return frozenset(columns) - instructions


def _names_instruction(column: str) -> bool:
    words = [word.lower() for word in _WORD.findall(column)]
    if words and words[0] in _EXAMPLES:
        return True
    while len(words) > 1 and words[-1] in _NO_MEANING:
        words.pop()
    return bool(words) and words[-1] in _INSTRUCTIONS
