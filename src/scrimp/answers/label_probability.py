"""The probability of labels, from the alternatives a provider reports for each token.

They are probabilities of the unconstrained model even where a grammar forced a label, so only the mass on labels
counts: p(given) / p(all labels), summed over case, a leading space and prefixes of a label such as "pos". Where the
labels together hold next to nothing, the model did not mean to give one, and their shares say nothing. The mean token
probability says next to nothing about whether a completion is right and is not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log

from scrimp.values import TokenLogprob

_LEADING_MARKS = " \t\r\n\"'`*_([{:#ĠĊ▁“‘"  # what may stand before a label; Ġ and ▁ are a tokenizer's spaces
_SPACES = " \t\r\n\"'`*Ġ▁"  # around a token that begins a label
# The least probability that all labels together must hold for their shares to count in full.
MIN_LABEL_MASS = 0.05


def label_confidence(tokens: Sequence[TokenLogprob], label: str, choices: Sequence[str]) -> float | None:
    """Return p(label) / p(any of the choices), or None if no alternatives were reported.

    Where the choices together hold less than MIN_LABEL_MASS, that is divided by in their place: the less they hold, the
    lower the confidence.

    Labels with a common prefix ("very positive", "very negative") diverge at a later token: labels ruled out before it
    keep their share, and the rest is divided where only one label is left.
    """
    given = _fold(label)
    labels = list(dict.fromkeys(_fold(choice) for choice in choices))
    start = _label_start(tokens, given)
    if start is None:
        return None
    given_mass, other_mass, written, path = 0.0, 0.0, "", 1.0  # path: probability of what is written
    for token in tokens[start:]:
        if not token.top:
            return None
        for piece, logprob in _alternatives(token):
            compatible = _compatible_labels(labels, written, piece)
            if compatible == [given]:
                given_mass += path * exp(logprob)
            elif given not in compatible:
                other_mass += path * exp(logprob) if compatible else 0.0
        written += _label_text(token.token, written)
        path *= exp(token.logprob)
        if len(_compatible_labels(labels, written, "")) < 2:
            break
    else:
        given_mass += path  # the text ends on a label that is a prefix of others
    return given_mass / max(given_mass + other_mass, MIN_LABEL_MASS) if given_mass > 0 else None


def likeliest_label(tokens: Sequence[TokenLogprob], choices: Sequence[str]) -> TokenLogprob | None:
    """Return the most probable label by the first token, as if it had been generated whole, with its alternatives.

    None if no alternative is a prefix of exactly one label.

    A grammar constrains one token at a time, so greedy decoding takes the label with the likeliest first token, which
    need not be the likeliest label: "neg" competes with "positive", "pos" and "p" one by one.
    """
    masses = dict.fromkeys(choices, 0.0)
    for piece, logprob in tokens[0].top if tokens else ():
        prefix = piece.strip(_SPACES).casefold()
        compatible = [label for label in choices if prefix and label.casefold().startswith(prefix)]
        if len(compatible) == 1:
            masses[compatible[0]] += exp(logprob)
    best = max(choices, key=lambda label: masses[label], default=None)
    if best is None or masses[best] <= 0:
        return None
    return TokenLogprob(best, log(masses[best]), tokens[0].top)


def _fold(text: str) -> str:
    return text.strip(_LEADING_MARKS).casefold()


def _label_text(token: str, written: str) -> str:
    """Return the text a token adds to the label so far, without marks in front of the label."""
    return (
        token.lstrip(_LEADING_MARKS).casefold() if not written else token.replace("Ġ", " ").replace("▁", " ").casefold()
    )


def _alternatives(token: TokenLogprob) -> Iterable[tuple[str, float]]:
    """Return each reported token once; the generated one is not always among the top."""
    return {token.token: token.logprob, **dict(token.top)}.items()


def _compatible_labels(labels: Sequence[str], written: str, piece: str) -> list[str]:
    """Return the labels that the text written so far plus a piece may become (or is, with a mark behind it)."""
    text = written + _label_text(piece, written)
    if not text:
        return []
    whole = text.rstrip(" \t\r\n.,;:!\"'`*_)]}")
    if whole in labels:
        longer = [label for label in labels if label.startswith(text)]
        return [whole] if text != whole or longer == [whole] else longer
    return [label for label in labels if label.startswith(text)]


def _label_start(tokens: Sequence[TokenLogprob], label: str) -> int | None:
    """Return the index of the token at which the label begins, as a whole word; None if it does not occur."""
    rest = "".join(token.token for token in tokens)
    for index, token in enumerate(tokens):
        if token.token.strip(_LEADING_MARKS):
            text = _label_text(rest, "").replace("Ġ", " ").replace("▁", " ")
            if text.startswith(label) and not text[len(label) : len(label) + 1].isalnum():
                return index
        rest = rest[len(token.token) :]
    return None
