"""Output of commands with what its lines share written once: paths, directories, first words, columns.

Groups are undone exactly by the functions beside them, and every rule checks that before it gives its result; a text
that already looks grouped is left alone. Code in fences stays as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from scrimp.compress.output.headers import proved, under_headers
from scrimp.compress.output.repeats import fenced

LEAST_LISTING = 4
LEAST_TABLE = 3
LEAST_DIRECTORY = 8
LEAST_BEGINNING = 12

Run: TypeAlias = tuple[int, int, str, str]
_NO_RUN: Run = (0, 1, "", "")

# path:12:text, path:12:5: error, path::test_name; a path has a letter, and a dot or a slash in it.
_MATCH = re.compile(
    r"((?:[A-Za-z]:(?=[\\/]))?(?=[^\s:]*[A-Za-z_])(?=[^\s:]*[./\\])[^\s:]+):((?:[0-9]+:|:).*)", re.DOTALL
)
_REST = re.compile(r"[0-9]+:|:")
_MATCH_HEADER = re.compile(r"(?:[A-Za-z]:(?=[\\/]))?(?=[^\s:]*[A-Za-z_])(?=[^\s:]*[./\\])[^\s:]+:")
# A path alone on its line, after the two letters of `git status -s` or the letter and tab of `git diff --name-status`.
_PATH = re.compile(r"((?:[ MADRCU?!]{2} |[MADTUX]\t)?)([^\s:]*/)([^\s:/]+/?)")
_DIRECTORY_HEADER = re.compile(r"[^\s:]+/:")
_BEGUN, _DATED = "[each line below begins: ", "[date of each line below: "
_BEGINNING_HEADER = re.compile(rf"{re.escape(_BEGUN)}\S(?:.*\S)?\]|{re.escape(_DATED)}\d{{4}}-\d\d-\d\d\]")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT(?=\d\d:\d\d)")
_INDENTED = re.compile(" ")
_GAP = re.compile(r" {2,}+")
_INNER_GAP = re.compile(r" {2,}+(?!\Z)")
_WORD = re.compile(r"[^ ]++")
_OFF_TABLE = re.compile(
    r"""[;{},\\(]\s*$ | \s[-:+*/|&.]?=\s | ^\s*(?:\#|//|/\*|\*|@|--\s) | ^\s*["'\w.-]+:(?:\s|$)
    | ^\s*(?:def|class|return|import|from|const|let|var|int|char|void|struct|public|private)\s | [|\t\u2500-\u257f]""",
    re.VERBOSE,
)
_OFF_TEXT = re.compile(r"^(?:diff --git |@@ -\d|\.PHONY|\t)", re.MULTILINE)


def grep_groups(text: str) -> str:
    """Write the path of matches in a row once, and the matches under it, as ripgrep does with --heading."""
    return proved(text, _grouped_matches, ungrouped)


def _grouped_matches(text: str) -> str:
    lines = text.split("\n")
    found = [None if in_code else _MATCH.fullmatch(line) for line, in_code in zip(lines, fenced(lines), strict=True)]
    kept: list[str] = []
    for path, group in groupby(zip(lines, found, strict=True), key=lambda pair: pair[1] and pair[1][1]):
        run = list(group)
        if path is None or len(run) < 2 or len(path) < 3:
            kept.extend(line for line, _ in run)
        else:
            kept.append(f"{path}:")
            kept.extend(line[len(path) + 1 :] for line, _ in run)
    return "\n".join(kept)


def ungrouped(text: str) -> str:
    """Return the text that `grep_groups` was given, where it changed that text."""
    return under_headers(text, _MATCH_HEADER, lambda header, line: header + line, _REST)


def path_prefixes(text: str) -> str:
    """Write the directory of four or more listed paths in a row once, and the paths under it."""
    return proved(text, _grouped_paths, unprefixed)


def unprefixed(text: str) -> str:
    """Return the text that `path_prefixes` was given, where it changed that text."""
    return under_headers(text, _DIRECTORY_HEADER, _path_under, _INDENTED)


def _path_under(header: str, line: str) -> str:
    status = _status(line[1:])
    return status + header[:-1] + line[1 + len(status) :]


def _status(line: str) -> str:
    match = re.match(r"[ MADRCU?!]{2} |[MADTUX]\t", line)
    return match[0] if match else ""


def _grouped_paths(text: str) -> str:
    lines = text.split("\n")
    found = [None if in_code else _PATH.fullmatch(line) for line, in_code in zip(lines, fenced(lines), strict=True)]
    kept: list[str] = []
    start = 0
    for is_path, group in groupby(found, key=bool):
        size = sum(1 for _ in group)
        run = lines[start : start + size]
        follows = lines[start + size] if start + size < len(lines) else ""
        if is_path and size >= LEAST_LISTING and not follows.startswith(" "):
            kept.extend(_shorter_listing(run))
        else:
            kept.extend(run)
        start += size
    return "\n".join(kept)


def _shorter_listing(run: Sequence[str]) -> Sequence[str]:
    """Group by the directory all share or by the directory of each, whichever is shorter, or not at all."""
    paths = [(match[1], match[2], match[3]) for match in map(_PATH.fullmatch, run) if match]
    shared = _beginning(min(paths, key=_directory)[1], max(paths, key=_directory)[1], "/")
    whole = _listing(shared, paths) if len(shared) >= LEAST_DIRECTORY else list(run)
    by_directory: list[str] = []
    for directory, group in groupby(paths, key=_directory):
        members = list(group)
        if (len(members) >= 2 or members[0][0].startswith(" ")) and len(directory) >= LEAST_DIRECTORY:
            by_directory += _listing(directory, members)
        else:
            by_directory += [status + folder + name for status, folder, name in members]
    return min((run, whole, by_directory), key=lambda lines: sum(map(len, lines)) + len(lines))


def _beginning(one: str, other: str, end: str) -> str:
    """Return what both begin with, up to the last `end` in it."""
    size = next((at for at, (this, that) in enumerate(zip(one, other, strict=False)) if this != that), None)
    return one[: one.rfind(end, 0, min(len(one), len(other)) if size is None else size) + 1]


def _directory(path: tuple[str, str, str]) -> str:
    return path[1]


def _listing(directory: str, paths: Iterable[tuple[str, str, str]]) -> list[str]:
    return [f"{directory}:", *(f" {status}{(folder + name)[len(directory) :]}" for status, folder, name in paths)]


def shared_beginnings(text: str) -> str:
    """Write the words, or the date, that four or more lines in a row begin with once, and the rest of each under it."""
    return proved(text, _without_beginnings, with_beginnings)


def with_beginnings(text: str) -> str:
    """Return the text that `shared_beginnings` was given, where it changed that text."""
    return under_headers(text, _BEGINNING_HEADER, _begun, _INDENTED)


def _begun(header: str, line: str) -> str:
    shared = header[header.index(": ") + 2 : -1]
    return f"{shared}T{line[1:]}" if header.startswith(_DATED) else shared + line


def _without_beginnings(text: str) -> str:
    lines = text.split("\n")
    flags = fenced(lines)
    kept: list[str] = []
    at = 0
    while at < len(lines):
        runs = [] if flags[at] else [_run_of_words(lines, flags, at), _run_of_a_date(lines, flags, at)]
        saved, size, header, shared = max(runs, default=(0, 1, "", ""))
        follows = lines[at + size] if at + size < len(lines) else ""
        if size >= LEAST_LISTING and not follows.startswith(" ") and saved > 0:
            kept.append(header)
            kept.extend(f" {line[len(shared) :]}" for line in lines[at : at + size])
        else:
            kept.extend(lines[at : at + size])
        at += size
    return "\n".join(kept)


def _run_of_words(lines: Sequence[str], flags: Sequence[bool], at: int) -> Run:
    """Follow the longest beginning of whole words that the next four lines share for as long as lines have it."""
    run = lines[at : at + LEAST_LISTING]
    shared = _beginning(min(run), max(run), " ")
    if len(shared) < LEAST_BEGINNING or shared.startswith((" ", "[")) or shared.endswith("  "):
        return _NO_RUN
    return _run(lines, flags, at, shared, f"{_BEGUN}{shared[:-1]}]")


def _run_of_a_date(lines: Sequence[str], flags: Sequence[bool], at: int) -> Run:
    """Follow the date of a time stamp: date and time are two facts, and stay whole each."""
    date = _DATE.match(lines[at])
    return _NO_RUN if date is None else _run(lines, flags, at, date[0], f"{_DATED}{date[0][:-1]}]")


def _run(lines: Sequence[str], flags: Sequence[bool], at: int, shared: str, header: str) -> Run:
    """Return what is saved in characters, how many lines it is saved on, what is written above, and what is not."""
    size = 0
    while at + size < len(lines) and not flags[at + size] and _begins(lines[at + size], shared):
        size += 1
    return (size * (len(shared) - 1) - len(header) - 1, size, header, shared) if size >= LEAST_LISTING else _NO_RUN


def _begins(line: str, shared: str) -> bool:
    rest = line[len(shared) : len(shared) + 1]
    return (
        line.startswith(shared) and bool(rest) and not rest.isspace() and (shared[-1] == " " or bool(_DATE.match(line)))
    )


def aligned(text: str) -> str:
    """Write the spaces that align the columns of a table as one, or as a tab where cells have spaces or are empty."""
    if "   " not in text or _OFF_TEXT.search(text):
        return text
    lines = text.split("\n")
    kept: list[str] = []
    for block, one_word_each in _blocks(lines, fenced(lines)):
        if len(block) < LEAST_TABLE or not any("   " in line.strip(" ") for line in block):
            kept.extend(block)
        elif one_word_each:
            kept.extend(_spaced(line) for line in block)
        else:
            starts = _column_starts(block)
            kept.extend(_tabbed(line, starts) for line in block)
    return "\n".join(kept)


def _blocks(lines: Sequence[str], flags: Sequence[bool]) -> Iterator[tuple[list[str], bool]]:
    """Cut where no cell begins or ends as on the line before; say whether cells below each other are the same word."""
    block: list[str] = []
    one_word_each = True
    before: dict[int, int] = {}
    for line, in_code in zip(lines, flags, strict=True):
        edges = {} if in_code else _edges(line)
        shared = edges.keys() & before.keys()
        if block and not shared:
            yield block, one_word_each
            block, one_word_each = [], True
        one_word_each = one_word_each and all(edges[column] == before[column] for column in shared)
        block.append(line)
        before = edges
    yield block, one_word_each


def _edges(line: str) -> dict[int, int]:
    """Columns where a word after a gap starts (counted from 1) or ends (the same, negative), and which word it is."""
    if "  " not in line or _OFF_TABLE.search(line) or sum(map(str.isalnum, line)) * 2 < len(line.replace(" ", "")):
        return {}
    edges: dict[int, int] = {}
    end = 0
    for number, word in enumerate(_WORD.finditer(line)):
        if number and word.start() - end > 1:
            edges[word.start() + 1] = edges[-word.end()] = number
        end = word.end()
    return edges


def _spaced(line: str) -> str:
    body = line.lstrip(" ")
    return line[: len(line) - len(body)] + _INNER_GAP.sub(" ", body)


def _column_starts(block: Sequence[str]) -> list[int]:
    """Where columns begin that two or more spaces divide on every line; what comes after a line's end is space too."""
    width = max(map(len, block)) + 2
    gutters = [(0, width)]
    for line in block:
        gaps = [*(gap.span() for gap in _GAP.finditer(line.rstrip(" "))), (len(line.rstrip(" ")), width)]
        gutters = list(_both(gutters, gaps))
    return [end for _, end in gutters if end < width]


def _both(some: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    one = other = 0
    while one < len(some) and other < len(others):
        start, end = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if end - start >= 2:
            yield start, end
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1


def _tabbed(line: str, starts: Sequence[int]) -> str:
    def tabs(gap: re.Match[str]) -> str:
        if not gap.start():
            return gap[0]
        begun = bisect_right(starts, gap.end()) - bisect_right(starts, gap.start())
        return "\t" * max(1, begun)  # the last column begun in the gap is the one that the next word is in

    return _INNER_GAP.sub(tabs, line)
