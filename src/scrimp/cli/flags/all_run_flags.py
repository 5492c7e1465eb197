"""All flags of `scrimp run`, in their groups; `scrimp estimate` takes the same."""

from __future__ import annotations

from scrimp.cli.flags.flag_group import FlagGroup, GroupsOfFlags
from scrimp.cli.flags.run_flags import (
    AnswerFlags,
    BatchFlags,
    BudgetFlags,
    CallFlags,
    CheckFlag,
    CostFlags,
    DryRunFlag,
    EngineFlags,
    LabelFlags,
    OutputFlags,
    ReadingFlags,
    RouteFlags,
    RowLimitFlags,
    SamplesFlag,
    ScreenFlags,
    StopFlags,
)


class AllRunFlags(GroupsOfFlags, frozen=True):
    """What can be asked of a run."""

    reading: ReadingFlags
    where: RouteFlags
    answer: AnswerFlags
    check: CheckFlag
    several: SamplesFlag
    cost: CostFlags
    shared: BudgetFlags
    row: RowLimitFlags
    batch: BatchFlags
    calls: CallFlags
    engine: EngineFlags
    stops: StopFlags
    labels: LabelFlags
    written: OutputFlags
    screen: ScreenFlags
    look: DryRunFlag

    @property
    def with_defaults(self) -> tuple[FlagGroup, ...]:
        """The groups that have flags with a default in the config."""
        return (self.where, self.answer, self.cost, self.shared, self.row, self.calls, self.stops, self.screen)
