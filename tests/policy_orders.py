"""Orders of policies for tests of what certifies them."""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.tuning.gatekeeping import GatedPolicy
from scrimp.tuning.policies import Policy


def in_sequence(policies: Sequence[Policy]) -> tuple[GatedPolicy, ...]:
    """Return policies of which each is tested only where all before it have passed."""
    return tuple(GatedPolicy(policy, (at - 1,)) for at, policy in enumerate(policies))
