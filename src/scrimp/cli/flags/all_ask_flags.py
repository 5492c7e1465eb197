"""All flags of `scrimp ask`, in their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.cli.flags.flag_group import FlagGroup, GroupsOfFlags
from scrimp.cli.flags.run_flags import (
    AnswerFlags,
    BudgetFlags,
    CheckFlag,
    CostFlags,
    DryRunFlag,
    LabelFlags,
    RouteFlags,
    RowLimitFlags,
    SamplesFlag,
    SystemFlag,
)

if TYPE_CHECKING:
    from scrimp.cli.flags.options import calling, reading, writing


class AskFlags(FlagGroup, frozen=True):
    """The flags of a single prompt that it does not share with `run`."""

    goes_on: reading.Continue = False
    context: reading.Context = None
    attach: reading.Attach = None
    timeout: calling.Timeout = None
    verbose: writing.Verbose = False
    color: writing.Color = None


class AllAskFlags(GroupsOfFlags, frozen=True):
    """What can be asked of a single prompt."""

    system: SystemFlag
    where: RouteFlags
    answer: AnswerFlags
    check: CheckFlag
    several: SamplesFlag
    cost: CostFlags
    shared: BudgetFlags
    row: RowLimitFlags
    own: AskFlags
    labels: LabelFlags
    look: DryRunFlag

    @property
    def with_defaults(self) -> tuple[FlagGroup, ...]:
        """The groups that have flags with a default in the config."""
        return (self.where, self.answer, self.cost, self.shared, self.row, self.own)
