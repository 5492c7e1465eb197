"""What is listed for each language."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """The entries of one language, in the notation of `vocabulary`.

    `form`: the answer depends on how the data is written, or repeats it. `whole`: the answer needs every sentence of a
    document. `values`: the same words where they name a value ("zip code"), which are taken out before the others are
    looked for. `leads`: what an order may follow.
    """

    form: str
    whole: str
    values: str = ""
    leads: str = ""
