"""The warning of certified levels of compression that no longer hold."""

from __future__ import annotations

from scrimp.cli.session import Session
from scrimp.config.resolved.tuned_levels import level_no_longer_used
from scrimp.errors import ConfigError
from scrimp.flows.tune.watch.level_drift import note_level_drift


def warn_of_level_drift(session: Session) -> None:
    """Warn of levels that have ceased to hold; they are not used until they are certified again."""
    try:
        drifted = note_level_drift(session.services)
    except ConfigError as error:  # the rest of the command is done all the same
        session.messages.warn(str(error))
        return
    for level in drifted:
        session.messages.alert(level_no_longer_used(level))
