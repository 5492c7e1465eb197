"""Make the synonyms of the wheel from WordNet 3.0: `make_synonyms.py FOLDER`, as of Debian's package wordnet-base.

Each word that people who tagged texts met at least once has those that share a sense with it, the senses above and
below, and the words derived from either: of its three commonest senses as each part of speech, twenty, the nearest
first. They are written as their first letters, as sentences are searched; irregular forms ("hid") are words too.
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from scrimp.compress.extract.query_terms import STEM_LENGTH  # noqa: E402 - the package under construction is found first
from scrimp.compress.extract.synonyms import SHIPPED  # noqa: E402 - as above

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
SENSES, WORDS, LEAST = 3, 20, 3  # senses of a part of speech; words for each; letters
SAME, NEAR = 4, {"@": 2, "@i": 2, "+": 2, "&": 1, "~": 1}  # weights, of pointers by their sign
LICENSE = ROOT / "src/scrimp/compress/extract/synonyms.LICENSE"


class WordNet:
    """The files of a folder: senses by part of speech and place, and the senses of each word, commonest first."""

    def __init__(self, folder: Path) -> None:
        self.senses: dict[tuple[str, str], tuple[list[str], list[tuple[str, tuple[str, str]]]]] = {}
        self.of: dict[str, list[tuple[int, tuple[str, str]]]] = defaultdict(list)
        self.irregular: dict[str, set[str]] = defaultdict(set)
        self.tagged: Counter[str] = Counter()
        for letter, name in PARTS.items():
            for line in _lines(folder / f"data.{name}"):
                self._add_sense(letter, line.split(" | ")[0].split())
            for word, *rest in map(str.split, _lines(folder / f"index.{name}")):
                self.of[word] += [(rank, (letter, at)) for rank, at in enumerate(rest[-int(rest[1]) :][:SENSES])]
            for form, *words in map(str.split, _lines(folder / f"{name}.exc")):
                for word in words:
                    self.irregular[word].add(form)
        for key, _, count in map(str.split, _lines(folder / "cntlist.rev")):
            self.tagged[key.partition("%")[0]] += int(count)

    def _add_sense(self, letter: str, fields: list[str]) -> None:
        count = int(fields[3], 16)
        words = [fields[4 + 2 * at].lower().partition("(")[0] for at in range(count)]
        rest = fields[4 + 2 * count :]
        pointers = [
            (rest[at], ("a" if rest[at + 2] == "s" else rest[at + 2], rest[at + 1]))
            for at in range(1, 4 * int(rest[0]), 4)
        ]
        self.senses[letter, fields[0]] = words, pointers

    def is_common(self, word: str) -> bool:
        """Return whether a single English word was met in tagged texts."""
        return word.isascii() and word.isalpha() and self.tagged[word] > 0

    def near(self, word: str) -> list[str]:
        """Return the common words that mean much the same, the nearest first."""
        weights: dict[str, float] = defaultdict(float)
        for rank, sense in self.of[word]:
            words, pointers = self.senses[sense]
            for other in words:
                weights[other] += SAME / (1 + rank)
            for sign, to in pointers:
                for other in self.senses[to][0] if sign in NEAR else ():
                    weights[other] += NEAR[sign] / (1 + rank)
        nearest = sorted(weights, key=lambda other: -weights[other])
        return [other for other in nearest if other != word and self.is_common(other)][:WORDS]


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("latin-1").splitlines() if not line.startswith("  "))


def build(net: WordNet) -> dict[str, set[str]]:
    """Return how the synonyms of each word begin."""
    found: dict[str, set[str]] = {}
    for word in list(net.of):
        if net.is_common(word) and len(word) >= LEAST:
            near = net.near(word)
            forms = {form for each in (word, *near) for form in net.irregular[each] if form.isalpha()}
            found[word] = {each[:STEM_LENGTH] for each in {*near, *forms} if len(each) >= LEAST}
    of_word = {word: {*stems, word[:STEM_LENGTH]} for word, stems in found.items()}
    for word, stems in of_word.items():
        for form in filter(str.isalpha, net.irregular[word]):
            found[form] = found.get(form, set()) | stems
    return {word: stems for word in sorted(found) if (stems := found[word] - {word[:STEM_LENGTH]})}


def main() -> None:
    head = [f"# {line}".rstrip() for line in LICENSE.read_text("utf-8").splitlines()]
    words = build(WordNet(Path(sys.argv[1])))
    lines = [f"{word} {' '.join(sorted(stems))}" for word, stems in words.items()]
    SHIPPED.write_bytes(gzip.compress("\n".join([*head, *lines, ""]).encode(), mtime=0))
    print(f"{SHIPPED.relative_to(ROOT)}: {len(words)} words, {SHIPPED.stat().st_size} bytes")


if __name__ == "__main__":
    main()
