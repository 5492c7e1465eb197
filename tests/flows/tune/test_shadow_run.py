from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from scrimp.config.paths import paths_of
from scrimp.config.sources.load import load
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.flows.tune.shadow_run import ShadowPlan, ShadowRun
from scrimp.values import Answer, Answered, Entry, Outcome, Prompt

ENTRY = Entry(
    call="c", run="r", time=0.0, provider="acme", model="small", status="paid", seconds=1.0, cost=Decimal("0.01")
)


def services(tmp_path: Path) -> Services:
    paths = paths_of({"SCRIMP_HOME": str(tmp_path)})
    return Services(
        load(env={}, cwd=tmp_path, paths=paths, flags={}), paths, env={}, warn=lambda _: None, note=lambda _: None
    )


def answered(number: int, *, text: str = "", entries: Sequence[Entry] = (ENTRY,)) -> Answered:
    answer = Answer(output=text, model="small-1", provider="acme", finish_reason="stop", cost=Decimal("0.02"))
    prompt = Prompt(index=number, text=f"{number}", row={"a": 1})
    return Answered(prompt=prompt, answer=answer, cache="miss", entries=tuple(entries))


def shadowing(tmp_path: Path, share: float = 1.0) -> ShadowRun:
    return ShadowRun(ShadowPlan(share, ("acme/large",), Decimal(1)), RunOptions(), services(tmp_path))


def test_outcomes_are_handed_on_as_they_come(tmp_path: Path) -> None:
    seen: list[Outcome] = []
    found = [answered(1), answered(2, entries=())]
    shadowing(tmp_path).tee(seen.extend)(found)

    assert seen == found


def test_rows_nobody_was_called_for_are_not_remembered(tmp_path: Path) -> None:
    shadow = shadowing(tmp_path)
    shadow.tee(lambda _: None)([answered(1, entries=())])

    assert shadow.make_calls() is None


def test_what_is_remembered_has_an_end_however_long_the_run(tmp_path: Path) -> None:
    many, long = shadowing(tmp_path), shadowing(tmp_path)
    for number in range(12_000):
        many.tee(lambda _: None)([answered(number)])
    for number in range(30):
        long.tee(lambda _: None)([answered(number, text="x" * 1_000_000)])

    assert many.remembered == 10_000
    assert long.remembered == 20


def test_only_the_share_is_remembered(tmp_path: Path) -> None:
    shadow = shadowing(tmp_path, share=0.1)
    shadow.tee(lambda _: None)([answered(number) for number in range(1000)])

    assert 50 < shadow.remembered < 150
