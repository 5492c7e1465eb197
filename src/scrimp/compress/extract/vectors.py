"""How alike a question and sentences are by what their words mean: the static word vectors of the extra `vectors`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scrimp.errors import ScrimpError

_LONGEST, _MOST = 2_000, 4_000  # characters that are read of a text; sentences, of which more would take seconds


def likeness(question: str, sentences: Sequence[str]) -> list[float]:
    """Return how like a question each sentence is, 0 to 1; [] without the extra; ScrimpError if it is broken."""
    if not sentences or len(sentences) > _MOST or (model := _model()) is None:
        return []
    texts = [(text[:_LONGEST] or " ").encode("utf-8", "replace").decode() for text in (question, *sentences)]
    asked, *found = model.embed(texts, norm=True)
    return [max(0.0, round(float(vector @ asked), 3)) for vector in found]


@cache
def _model() -> Any:  # noqa: ANN401 - the class of a library that need not be installed
    """Return the vectors that come with wordllama, or None where it is not installed; no file is fetched."""
    if find_spec("wordllama") is None:
        return None
    try:
        import wordllama  # an extra, and 0.4 s

        return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    except (ImportError, OSError) as error:
        raise ScrimpError(f"word vectors do not load ({error}): pip uninstall wordllama, or install it anew") from error
