"""How far to trust a completion: signals, in order of trust, composed into one assessor.

First, whatever the signal, a completion must have some text, be one of the choices, or keep the schema; one that does
not is never kept. Then the most trusted signal available decides: the user's check (run by the escalation), the
log probabilities of a label, agreement with another model on the canonical answer. The probability of a text's tokens
says next to nothing about whether it is right, nor do its length or hedging, so open-ended text has no confidence:
None, not a number that would be obeyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrimp.answers.schema_reply import reader_for
from scrimp.enums import Signal
from scrimp.errors import ConfigError
from scrimp.escalation.signals import SIGNALS
from scrimp.escalation.signals.agreement import agreement
from scrimp.escalation.verdict import Verdict, early_stop_verdict, format_verdict
from scrimp.values import Attempt, Completion, Parameters

if TYPE_CHECKING:  # a protocol takes a third of a millisecond to define, and only the type checker reads it
    from typing import Protocol

    class Assessor(Protocol):
        """Assesses a completion, given the attempts before it."""

        def __call__(
            self, completion: Completion, attempts: Sequence[Attempt], /, *, reworded: bool = False
        ) -> Verdict:
            """Return the verdict; `reworded` says that the same model was called before with the original wording."""


def assessor_for(signal: Signal, parameters: Parameters, *, alone: bool = False) -> Assessor:
    """Return the assessor for a chain's signal and a run's parameters; it is pure, and made once for many prompts.

    auto uses, for choices, log probabilities where the provider reports them, and agreement otherwise: a label that is
    one of the choices, or JSON that keeps its schema, need not be right. The signals choices and schema settle for
    that. A chain of one step is `alone`: no other completion can agree.
    """
    kind = SIGNALS[signal]
    given = {"choices": bool(parameters.choices), "schema": parameters.schema is not None}
    if kind.needs is not None and not given[kind.needs]:
        raise ConfigError(f'the signal "{signal}" needs --{kind.needs}: add it, or set signal = "auto" for the chain')
    read = reader_for(parameters.schema) if parameters.schema is not None else None

    def assess(completion: Completion, attempts: Sequence[Attempt], /, *, reworded: bool = False) -> Verdict:
        verdict = early_stop_verdict(completion) or format_verdict(completion, parameters, read)
        if not verdict.valid:
            return verdict
        if kind.from_completion is not None:
            own = kind.from_completion(completion, parameters, verdict)
            if own is not None:
                return own
        if kind.compares and not alone:
            # backed: only the first step's word counts, not that two weaker ones agree against it.
            others = [each for each in attempts if each.step == 0] if kind.only_with_first else attempts
            return agreement(completion, others, parameters, verdict, reworded=reworded)
        return verdict

    return assess
