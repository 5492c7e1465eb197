"""Whether an input is what it was taken for, told by its first rows.

A row that cannot be read fails alone, unless it is among the first ones and those are like it: then the input has
another format, and nothing is to be paid for what can be made out in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scrimp.errors import InputError
from scrimp.values import Prompt

_FEW_ROWS, _FIRST_ROWS = 10, 100  # of an input; if most of so many, or of some between, cannot be read, others will not


def readable_inputs(prompts: Iterable[Prompt]) -> Iterator[Prompt]:
    """Yield prompts as they come; raise InputError at an input most of whose first rows cannot be read.

    The very first wait for as many that can. One of several inputs may have none of those, if it is short.
    """
    file: str | None = None
    held: list[Prompt] = []
    unread: list[Prompt] = []
    rows = 0  # of this input
    is_known = False  # that an input is what it was taken for
    for prompt in prompts:
        if prompt.file != file:
            file, rows = prompt.file, 0 if is_known else rows
            if is_known:
                yield from held
                held, unread = [], []
        rows += 1
        if rows > _FIRST_ROWS:
            yield prompt
            continue
        held.append(prompt)
        if prompt.unread is not None:
            unread.append(prompt)
        if 2 * len(unread) <= rows:
            is_known = True
            yield from held
            held = []
        elif rows >= _FEW_ROWS:
            raise _another_format(unread, rows)
    if held and not is_known:
        raise _another_format(unread, rows)
    yield from held


def _another_format(unread: Sequence[Prompt], rows: int) -> InputError:
    several = f"; {len(unread)} of the first {rows} rows cannot be read" if len(unread) > 1 else ""
    return InputError(f"{unread[0].defect}{several}")
