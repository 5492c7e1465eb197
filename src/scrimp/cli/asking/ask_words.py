"""What was typed after `scrimp ask`: its flags in their groups, and the words of the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.cli.flags.flag_group import FlagGroup
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
    from scrimp.cli.flags import options as o


class AskFlags(FlagGroup, frozen=True):
    """The flags of a single prompt that it does not share with `run`."""

    goes_on: o.Continue = False
    context: o.Context = None
    attach: o.Attach = None
    timeout: o.Timeout = None
    verbose: o.Verbose = False
    color: o.Color = None


class AskWords(Struct, frozen=True, kw_only=True):
    """The whole command line of `scrimp ask`."""

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
    prompt: list[str]
