"""The votes on a completion that cost a field or a call: what each asks, and how its reply is read."""

from __future__ import annotations

from scrimp.escalation.signals.judge import judge_parameters, judge_prompts, judged, pair_prompts, pair_verdict
from scrimp.escalation.signals.rewording import reworded
from scrimp.escalation.signals.self_report import self_reported

__all__ = ["judge_parameters", "judge_prompts", "judged", "pair_prompts", "pair_verdict", "reworded", "self_reported"]
