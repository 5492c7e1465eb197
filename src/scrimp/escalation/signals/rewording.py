"""The same task in other words, so that one model can be called twice without merely repeating itself.

Two wordings for one model are nearly as good a vote as two models; two samples of one wording are not.
"""

from __future__ import annotations

_BEFORE = (
    "Below is a task. Work through it step by step, check each step, and only then state the final answer, in exactly "
    "the form the task asks for and with nothing after it."
)
_AFTER = (
    "Before you state the final answer, look at the task once more and make sure that it is what was asked for, in the "
    "form the task asks for."
)
_BRIEF_BEFORE = "Below is a task. Read all of it, consider what speaks for each possible answer, and then decide."
_BRIEF_AFTER = "Reply in exactly the form the task asks for, and with nothing else."


def reworded(text: str, *, brief: bool = False) -> str:
    """Return a prompt that asks the same in other words; it contains the text unchanged, once.

    Choices and schema do not change: they are sent separately or are in the text. `brief` is for tasks whose completion
    may contain only the answer (a label, JSON of a schema): it does not ask for written steps.
    """
    before, after = (_BRIEF_BEFORE, _BRIEF_AFTER) if brief else (_BEFORE, _AFTER)
    return f"{before}\n\n{text}\n\n{after}"
