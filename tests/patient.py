"""What is over in a moment is waited for as long as it takes, in a process of its own: no machine is too slow."""

from __future__ import annotations


def prepare() -> None:
    """Set how long the first call to a provider may go alone, and how long a check on an empty text may take."""
    from scrimp.flows.answer import check_command  # imported by the process that is forked
    from scrimp.transport.limits import slow_start

    check_command.TRIAL = slow_start.ALONE = 100.0
