"""The same task in other words, so that one model can be asked twice and not merely repeat itself.

Two prompts of one model are nearly as good a vote as two models; two samples of one prompt are not.
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
    """Return a prompt that asks the same otherwise; the text itself is in it unchanged, once.

    Choices and schema stay what they are: they are sent apart or stand in the text. `brief` is for tasks whose
    completion may hold nothing but the answer (a label, JSON of a schema): nothing asks for steps to be written down.
    """
    before, after = (_BRIEF_BEFORE, _BRIEF_AFTER) if brief else (_BEFORE, _AFTER)
    return f"{before}\n\n{text}\n\n{after}"
