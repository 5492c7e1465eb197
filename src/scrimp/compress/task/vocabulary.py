"""The words that speak of the form of a text, or of the whole of it, in eleven languages.

Entries are parted by commas. `*` at the end of a word stands for any ending, `_` for a word that does not count (no
"third", no "new"), `...` for up to four words, `{a|b}` for a choice and `{a|}` for something optional. `^` marks an
order: it counts only where an order begins, at the start of a sentence or after one of the language's `leads`. Accents,
hyphens and case do not matter. Chinese and Japanese words are looked for as they stand, between any others.
"""

from __future__ import annotations

from scrimp.compress.task.words.arabic import ARABIC
from scrimp.compress.task.words.chinese import CHINESE
from scrimp.compress.task.words.english import ENGLISH
from scrimp.compress.task.words.french import FRENCH
from scrimp.compress.task.words.german import GERMAN
from scrimp.compress.task.words.hindi import HINDI
from scrimp.compress.task.words.italian import ITALIAN
from scrimp.compress.task.words.japanese import JAPANESE
from scrimp.compress.task.words.portuguese import PORTUGUESE
from scrimp.compress.task.words.russian import RUSSIAN
from scrimp.compress.task.words.shared import SHARED
from scrimp.compress.task.words.spanish import SPANISH

SPACED = (SHARED, ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, RUSSIAN, ARABIC, HINDI)
UNSPACED = (CHINESE, JAPANESE)
