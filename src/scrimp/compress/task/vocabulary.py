"""The words that speak of the form of a text, of the whole of it, or of its values, in thirteen languages.

Each language is a file in `words/`. Entries are parted by commas. `*` at the end of a word stands for any ending, `_`
for a word that does not count (no "third", no "new"), `...` for up to four words, `{a|b}` for a choice and `{a|}` for
something optional. `^` marks an order: it counts only where an order begins, at the start of a sentence or after one
of the language's `leads`. Accents, hyphens and case do not matter. Chinese and Japanese words are looked for as they
stand, between any others.

`form`: the answer depends on how the data is written, or repeats it. `values`: the same words where they name a value
("zip code") or the form of the answer ("as JSON"). `whole`: the answer needs every sentence of a document. `work`: so
does what these words tell to do, but not a question that looks up who did it. `counts`: what follows is counted;
`measures`: what is measured on all. Either may be stated. `questions`: how a question begins. `answers`: what else the
data answers by its values, however it is written. `unsure`: how a question begins that may be about the text itself, or
an order. `units`: what a text is made of as it is written ("syllable", "footnote"); `parts`: what has contents, too
("clause", "id"); `properties`: what is said of either where it is about how it is written ("unique", "missing").
"""

from __future__ import annotations

from pathlib import Path

from scrimp.word_lists import read_lists

_TOGETHER = ("chinese", "japanese")  # written without spaces
_LISTS = {path.stem: read_lists(path) for path in sorted((Path(__file__).parent / "words").glob("*.txt"))}
SPACED = tuple(words for language, words in _LISTS.items() if language not in _TOGETHER)
UNSPACED = tuple(words for language, words in _LISTS.items() if language in _TOGETHER)
