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
    from scrimp.cli.flags.options import calling, reading, writing


class AskFlags(FlagGroup, frozen=True):
    """The flags of a single prompt that it does not share with `run`."""

    goes_on: reading.Continue = False
    context: reading.Context = None
    attach: reading.Attach = None
    timeout: calling.Timeout = None
    verbose: writing.Verbose = False
    color: writing.Color = None


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
