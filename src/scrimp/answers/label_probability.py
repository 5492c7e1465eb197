"""How sure a model was of the label it gave, from the alternatives beside the token where labels part.

The probabilities a provider reports are those of the unconstrained model even where a grammar forced a label, so only
what falls on the labels counts: p(given) / p(all labels), summed over case, a leading space and opening pieces of a
label such as "pos". A mean token probability says next to nothing of whether a completion is right and is not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log

from scrimp.values import TokenLogprob

_LEADING_MARKS = " \t\r\n\"'`*_([{:#ĠĊ▁“‘"  # noqa: RUF001 - what may stand before a label; Ġ and ▁ are a tokenizer's spaces
_SPACES = " \t\r\n\"'`*Ġ▁"  # around a token that opens a label


def label_confidence(tokens: Sequence[TokenLogprob], label: str, choices: Sequence[str]) -> float | None:
    """Return p(label) / p(any of the choices), or None where no alternatives were reported.

    Labels that open alike ("very positive", "very negative") part at a later token: what parted before it keeps its
    share, and the rest is weighed where only one label is left.
    """
    given = _fold(label)
    names = list(dict.fromkeys(_fold(choice) for choice in choices))
    start = _label_start(tokens, given)
    if start is None:
        return None
    ours, others, written, path = 0.0, 0.0, "", 1.0
    for token in tokens[start:]:
        if not token.top:
            return None
        for piece, logprob in _alternatives(token):
            reached = _compatible_labels(names, written, piece)
            if reached == [given]:
                ours += path * exp(logprob)
            elif given not in reached:
                others += path * exp(logprob) if reached else 0.0
        written += _label_text(token.token, written)
        path *= exp(token.logprob)
        if len(_compatible_labels(names, written, "")) < 2:
            break
    else:
        ours += path  # the text ends on a label that others only go on from
    return ours / (ours + others) if ours > 0 else None


def likeliest_label(tokens: Sequence[TokenLogprob], choices: Sequence[str]) -> TokenLogprob | None:
    """Return the label on which most probability falls, as if it had been generated whole, with its alternatives.

    None where no alternative opens one label alone.

    A grammar constrains one token at a time, so greedy decoding takes the label whose opening letters are likely, which
    need not be the likeliest label: "neg" competes with "positive" and "pos" and "p" each for itself.
    """
    masses = dict.fromkeys(choices, 0.0)
    for piece, logprob in tokens[0].top if tokens else ():
        opening = piece.strip(_SPACES).casefold()
        meant = [label for label in choices if opening and label.casefold().startswith(opening)]
        if len(meant) == 1:
            masses[meant[0]] += exp(logprob)
    best = max(choices, key=lambda label: masses[label], default=None)
    if best is None or masses[best] <= 0:
        return None
    return TokenLogprob(best, log(masses[best]), tokens[0].top)


def _fold(text: str) -> str:
    return text.strip(_LEADING_MARKS).casefold()


def _label_text(token: str, written: str) -> str:
    """Return what a token adds to the label so far: marks in front of it are not part of it."""
    return (
        token.lstrip(_LEADING_MARKS).casefold() if not written else token.replace("Ġ", " ").replace("▁", " ").casefold()
    )


def _alternatives(token: TokenLogprob) -> Iterable[tuple[str, float]]:
    """Return every reported token once; the one generated is not always among the top."""
    return {token.token: token.logprob, **dict(token.top)}.items()


def _compatible_labels(names: Sequence[str], written: str, piece: str) -> list[str]:
    """Return the labels that what is written, with a piece more, may become (or is, with a mark behind it)."""
    text = written + _label_text(piece, written)
    if not text:
        return []
    whole = text.rstrip(" \t\r\n.,;:!\"'`*_)]}")
    if whole in names:
        longer = [name for name in names if name.startswith(text)]
        return [whole] if text != whole or longer == [whole] else longer
    return [name for name in names if name.startswith(text)]


def _label_start(tokens: Sequence[TokenLogprob], label: str) -> int | None:
    """Return the token at which the label begins: the first from which on the text reads like it, as a whole word."""
    rest = "".join(token.token for token in tokens)
    for index, token in enumerate(tokens):
        if token.token.strip(_LEADING_MARKS):
            text = _label_text(rest, "").replace("Ġ", " ").replace("▁", " ")
            if text.startswith(label) and not text[len(label) : len(label) + 1].isalnum():
                return index
        rest = rest[len(token.token) :]
    return None
