"""Which label a model would most likely give, from the alternatives to the first token it generated."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

from scrimp.values import TokenLogprob

_SPACE = " \t\r\n\"'`*Ġ▁"


def likeliest_label(tokens: Sequence[TokenLogprob], choices: Sequence[str]) -> TokenLogprob | None:
    """Return the label on which most probability falls, as if it had been generated whole, with its alternatives.

    None where no alternative opens one label alone.

    A grammar constrains one token at a time, so greedy decoding takes the label whose opening letters are likely, which
    need not be the likeliest label: "neg" competes with "positive" and "pos" and "p" each for itself.
    """
    masses = dict.fromkeys(choices, 0.0)
    for piece, logprob in tokens[0].top if tokens else ():
        opening = piece.strip(_SPACE).casefold()
        meant = [label for label in choices if opening and label.casefold().startswith(opening)]
        if len(meant) == 1:
            masses[meant[0]] += exp(logprob)
    best = max(choices, key=lambda label: masses[label], default=None)
    if best is None or masses[best] <= 0:
        return None
    return TokenLogprob(best, log(masses[best]), tokens[0].top)
