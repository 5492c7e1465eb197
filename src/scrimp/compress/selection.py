"""What sentences are selected for, and from what: the question of a prompt, and its documents, all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from msgspec.structs import replace

from scrimp.compress.extract.paragraphs import other_spans, prose_size
from scrimp.compress.extract.quantities import unstated_quantity
from scrimp.compress.extract.question import find_question, without_answer_orders
from scrimp.compress.extract.sentences import unwrapped
from scrimp.compress.instructions.labels import TAG_LINE
from scrimp.compress.instructions.rules import rules_in
from scrimp.compress.keep_tags import without_keep_tags
from scrimp.compress.options import CompressOptions
from scrimp.compress.output.repeated_passages import NOTE
from scrimp.compress.task.form import about_all, about_form
from scrimp.compress.told_data import with_named_values
from scrimp.compress.zones.prose import is_running_text, may_be_prose
from scrimp.compress.zones.zone import Zone
from scrimp.compress.zones.zone_span import gaps
from scrimp.regexes import pattern
from scrimp.values import TextSpan

_IT = " it "
# Data that is not part of a sentence: after a label, on lines of its own, in a fence, which does not ask for JSON.
_ALONE = r"(?<=[:\uff1a])[ \t]* it |(?m:^[ \t]*+(?:`{3,}|~{3,})[ \t]*+[\w+-]*+[ \t]*+$|^(?: it )+[ \t]*$)"
_ATTRIBUTES = r"(<[A-Za-z][\w:.-]*+)\s[^<>\n]{0,300}>"  # of a tag: the name of a file says nothing of a task
LEAST_PROSE = 0.4  # of documents that sentences are selected from, or repeated passages looked for in
SELECTION = "sentences for the question"  # as a rule is named
_LONG_LINE = 200  # characters: no editor wraps it
NO_QUESTION = "no question was found to select sentences for"
NO_CONTEXT = "no documents or passages were found to select sentences from"
WHOLE = "the documents are not mostly prose that can be read sentence by sentence, and stay whole"
ABOUT_ALL = "the task needs every sentence of its documents"


def resolve_question(options: CompressOptions, zones: list[Zone]) -> tuple[CompressOptions, list[Zone], str]:
    """Find the question where none was given, and what to select sentences from; the note says what is missing.

    A text without documents, for which a question from outside was given, is a document as a whole; or else the data
    that was told in it, however short.
    """
    if not options.selects_sentences:
        return options, zones, ""
    if options.query and not any(zone.kind == "context" or options.query in zone.text for zone in zones):
        prose = ("data" if options.told else "instruction", "prose")
        zones = [replace(zone, kind="context") if (zone.kind, zone.form) == prose else zone for zone in zones]
    documents = [zone.text for zone in zones if zone.kind == "context"]
    if not documents:
        return options, zones, NO_CONTEXT if options.level == "focus" else ""
    own = without_answer_orders(instructions_of(zones, options.told))
    instructions = f"{options.asked}\n{options.query}\n{own}"
    words = about_all(instructions) or about_form(instructions, of_prose=True)
    if words := words or unstated_quantity(instructions, documents):
        return replace(options, level="tidy"), zones, f"{ABOUT_ALL}: {words}"
    query = options.query or find_question(with_named_values(zones) if options.told else zones)
    note = WHOLE if options.level == "focus" and not _documents(zones, [zone.text for zone in zones]) else ""
    return replace(options, query=query), zones, note if query else NO_QUESTION


def instructions_of(zones: Sequence[Zone], told: Sequence[TextSpan]) -> str:
    """Return what the zones tell to do, as it is sent; told data in the middle of a sentence is read as "it"."""
    own = (zone.text if zone.kind == "instruction" else _IT for zone in zones if told or zone.kind == "instruction")
    words = pattern(_ALONE).sub("\n", "".join(own)) if told else "\n".join(own)
    return without_keep_tags(pattern(_ATTRIBUTES).sub(r"\1>", words) if "<" in words else words)


def select_sentences(zones: Sequence[Zone], texts: Sequence[str], options: CompressOptions) -> list[str]:
    """Return what is left of the text of each zone; only documents change, and labels of what is none stay.

    A note of a repeated passage does not compete with that passage, whose first words it quotes: it goes.
    """
    from scrimp.compress.extract.focus import Piece, focus  # at focus and above only

    documents = _documents(zones, texts) if options.query and options.keep < 1 else []
    if not documents:
        return list(texts)
    first, last = documents[0], documents[-1] + 1
    if last < len(zones) and zones[last].kind != "instruction":
        last += 1  # code or data that the last heading is about
    pattern = options.protected
    chosen = set(documents)
    pieces = [
        [Piece(*part) for part in _parts(zones, at, NOTE.sub("", text))] if at in chosen else [Piece(text, False)]
        for at, text in enumerate(texts[first:last], first)
    ]
    left = focus(
        [piece for parts in pieces for piece in parts],
        options.query,
        keep=options.keep,
        must_keep=(lambda unit: pattern.search(unit) is not None) if pattern is not None else None,
    )
    if all(text == piece.text for text, piece in zip(left, chain.from_iterable(pieces), strict=True)):
        return list(texts)
    rest = iter(left)
    return [*texts[:first], *("".join(islice(rest, len(parts))) for parts in pieces), *texts[last:]]


def _parts(zones: Sequence[Zone], at: int, text: str) -> Iterator[tuple[str, bool, str]]:
    """Yield the parts of a document, whether each is for selection (not rules, nor records), and its line so far."""
    follows, is_followed = at > 0 and _is_bare(zones[at - 1]), at + 1 < len(zones) and _is_bare(zones[at + 1])
    staying = sorted([*rules_in(unwrapped(text)), *other_spans(text, follows=follows, is_followed=is_followed)])
    done = 0
    for start, end in (*gaps(0, len(text), staying), (len(text), len(text))):
        if start > done:
            yield text[done:start], False, ""
        if end > start:
            yield text[start:end], True, text[text.rfind("\n", 0, start) + 1 : start][:_LONG_LINE]
        done = end


def _documents(zones: Sequence[Zone], texts: Sequence[str]) -> list[int]:
    """Return which zones are documents to select from: none where too little of them, and of code, is prose."""
    documents = [at for at, zone in enumerate(zones) if _is_document(zone)]
    words = "".join(texts[at] for at in documents)
    if not words.strip() or not may_be_prose(words):
        return []
    size = sum(len(zone.text) for zone in zones if zone.kind == "context" or (zone.kind == "code" and _is_bare(zone)))
    return documents if sum(prose_size(texts[at]) for at in documents) >= LEAST_PROSE * size else []


def _is_bare(zone: Zone) -> bool:
    """Return whether a zone is code, records or output outside of fences."""
    return zone.kind in ("code", "data", "tool") and not zone.text.lstrip().startswith(("```", "~~~"))


def _is_document(zone: Zone) -> bool:
    # A story in which people talk has as many quotation marks as a program has signs.
    is_prose = (zone.kind, zone.form) == ("context", "prose")
    return is_prose and is_running_text(
        pattern(rf"(?m)^{TAG_LINE}|{_ATTRIBUTES}").sub(" ", zone.text).replace('"', "'")
    )
