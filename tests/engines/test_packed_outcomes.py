"""What workers hand back: every outcome as it was, with the prompt that its row was read as."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect
from msgspec.structs import replace

from outcomes import answered
from scrimp.engines.processes.packed_outcomes import packed, unpacked
from scrimp.values import Answer, Answered, Entry, ExpectedRow, Failed, Failure, Outcome, Prompt


def filled(kind: Any) -> Any:
    """Return a value of a type that holds all that it can."""
    match kind:
        case inspect.StructType():
            return kind.cls(**{each.name: filled(each.type) for each in kind.fields})
        case inspect.UnionType():
            return filled(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))
        case inspect.VarTupleType():
            return (filled(kind.item_type),)
        case inspect.DictType():
            return {"a key": filled(kind.value_type)}
        case inspect.LiteralType():
            return kind.values[-1]
        case inspect.AnyType():
            return {"big": 10**30, "deep": [{"small": 1e-300, "none": None, "no": False, "words": 'é"\n\u2028'}]}
    return {
        inspect.StrType: "é \x00 \U0001f600", inspect.IntType: 1 << 40, inspect.FloatType: 0.1 + 0.2,
        inspect.BoolType: True, inspect.DecimalType: Decimal("1.000000000010"),
    }[type(kind)]  # fmt: skip


def whole(kind: type) -> Any:
    return filled(inspect.type_info(kind))


def come_through(outcomes: list[Outcome], rows: list[Prompt]) -> list[Outcome]:
    return unpacked(pickle.loads(pickle.dumps(packed(outcomes, rows))), rows)


def test_all_that_an_outcome_says_comes_through() -> None:
    answer, entry, expected = whole(Answer), whole(Entry), whole(ExpectedRow)
    rows = [
        Prompt(index=index, text="half a pair: \ud800", row={"n": msgspec.Raw(b"1.50")}, sample=sample)
        for index in range(3) for sample in (None, 0, 1)
    ]  # fmt: skip
    other = replace(entry, call="other", cost=None)
    kinds: list[Outcome] = [
        Answered(prompt=rows[0], answer=answer, cache="miss", entries=(other, entry), entry=entry, expected=expected),
        Answered(prompt=rows[0], answer=answer, cache="hit", paid_by_another_run=True),
        Answered(prompt=rows[0], answer=answer, cache="miss", entries=(other,), entry=entry),
        Failed(prompt=rows[0], failure=Failure(kind="invalid", message="\udcff.png"), status="error", answer=answer),
    ]
    outcomes = [replace(kinds[place % len(kinds)], prompt=row) for place, row in enumerate(rows)]

    assert come_through(outcomes, rows) == outcomes


def test_rows_that_were_not_reached_are_left_out_and_the_others_are_in_order() -> None:
    rows = [Prompt(index=index, text=f"row {index}") for index in (7, 5, 6)]
    outcomes: list[Outcome] = [replace(answered(), prompt=row) for row in (rows[2], rows[0])]

    assert come_through(outcomes, rows) == outcomes[::-1]
