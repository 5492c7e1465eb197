"""However documents are labeled, the sentences of two of them that answer together stay, and others go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scrimp.compress import compress

MORE = " The mayor of that year was a dentist, and there was little money for roads, schools or lamps."
PASSAGES = (
    "The weekly market opens at dawn and closes at noon. Traders who live in town pay less for a stand there.",
    "The Varn Bridge is made of iron. It was drawn up by Orla Finch and paid for by the guild of the smiths.",
    "In what is left of the old hall a choir sings on the last Sunday of each month. It takes no fee for that.",
    "Orla Finch (1821 to 1877) came from a family of smiths in Tarbet. She never married, and kept eleven cats.",
    "The tram runs to the lake from May to October. Its cars were built for a line in Bergen, which is closed.",
    "Bread is baked in the lower street. On the eve of the feast each child is given a roll with a raisin on it.",
)
LABELS = [
    "Passage {n}: {text}",
    "[{n}] {text}",
    "({n}) {text}",
    "Document [{n}](Title: History) {text}",
    "[Document {n}]\n{text}",
    "[Source: report.pdf, page {n}]\n{text}",
    "Source {n} (score 0.8{n})\n{text}",
    "Source {n} (score 0.8{n}): {text}",
    "Result {n} of 6: {text}",
    "Extrait n\u00b0 {n} : {text}",
    "\u3010\u6587\u6863{n}\u3011{text}",
    "\u6587\u6863 {n}\uff1a{text}",
    "--- doc {n} ---\n{text}",
    '<doc id="{n}" title="History" score="0.8{n}">\n{text}\n</doc>',
    "### [{n}] History\n\n{text}",
    "{n}. **History**\n\n{text}",
    "Search result {n}:\n{text}",
    "\u3010{n}\u2020report.pdf\u3011 {text}",
    "\u30104:{n}\u2020report.pdf\u3011\n{text}",
    "ID: {n}\n\u251c\u2500\u2500 Title: report.pdf\n\u2514\u2500\u2500 Content:\n{text}",
    "<<<{n}>>>\n{text}",
    "[^{n}]: {text}",
    "doc_{n}: {text}",
    "chunk-{n}: {text}",
]
TITLES = ("The market", "Iron", "The choir", "Tarbet and Oslo", "To the lake", "Rolls for the feast")
# What begins a passage without a word that is known: it is a document where an order says so.
MARKS = [
    "\u2022 {text}",
    "({letter}) {text}",
    "#{n}: {text}",
    "> {text}",
    "\u7b2c{n}\u6bb5\uff1a{text}",
    "Memory {n}) {text}",
    "Article {letter} - {text}",
    "[report.pdf, p. {n}] {text}",
    "History || {text}",
]
QUESTION = "Where was the designer of the Varn Bridge born?"
ORDER = "Answer the question using only the information below.\n\n"


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("label", LABELS)
def test_both_passages_of_a_question_of_two_hops_stay_whatever_their_labels(label: str, between: str) -> None:
    documents = between.join(label.format(n=n, text=text + MORE) for n, text in enumerate(PASSAGES, 1))
    left = compress(f"{documents}\n\nQuestion: Where was the designer of the Varn Bridge born?", "focus", keep=0.5).text

    assert "drawn up by Orla Finch" in left
    assert "a family of smiths in Tarbet" in left
    assert len(left) < 0.8 * len(documents)


TITLED = [
    "\u300c{n}\u300d{text}",
    "{title}\n{text}",
    "{title}\n\n{text}",
    "**{title}**\n\n{text}",
    "- **{title}** {text}",
    "* *{title}*: {text}",
    "\u00a7 {n} {text}",
    "#{n} {text}",
    "@Ann{n}: {text}",
    "Ann (1{n}:00): {text}",
    "file_path: docs/{n}.md\n\n{text}",
    "Node ID: 0a{n}\nText: {text}",
    "Source ID: a{n}f3\nTitle: {title}\n{text}",
    "page_label: {n}\nfile_path: docs/{n}.pdf\n\n{text}",
    "DOCUMENT {n}: {title}\nSource: Web\nUpdated: March {n}, 2024\n\n{text}",
    "Document[{n}]:\nName of Source File: {n}-and-what-else-is-known-of-it.pdf\n{text}",
    "Name: {title}\nValue: {text}",
    "Verfasst von: Abteilung {n}\nStand: Mai 202{n}\n{text}",
    '<document index="{n}">\n<source>{n}.txt</source>\n<document_content>\n{text}\n</document_content>\n</document>',
]


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("label", [*LABELS, *TITLED])
def test_what_is_left_of_a_document_is_below_its_label(label: str, keep: float) -> None:
    above = _filled(label.partition("{text}")[0])
    left = _left_of(label, keep)

    for own, at in _sentences_left(left):
        assert max(above, key=lambda each: left.rfind(each.strip(), 0, at)) == above[own]


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.7])
@pytest.mark.parametrize(
    "label", ["[{n}]", "({n})", "Passage {n}:", "[Document {n}]", "Source {n} (page 0{n}):", "\u3010{n}\u3011"]
)
@pytest.mark.parametrize("before", ["", "Context: "])
def test_what_is_left_of_a_document_is_behind_its_label_where_all_are_on_one_line(
    before: str, label: str, keep: float
) -> None:
    numbers = [label.format(n=n) for n in range(1, len(PASSAGES) + 1)]
    documents = before + " ".join(f"{number} {text}{MORE}" for number, text in zip(numbers, PASSAGES, strict=True))
    left = compress(f"{ORDER}{documents}\n\nQuestion: {QUESTION}", "focus", keep=keep).text

    assert len(left) < len(ORDER + documents)
    for own, at in _sentences_left(left):
        assert max(numbers, key=lambda each: left.rfind(each, 0, at)) == numbers[own]


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.7])
@pytest.mark.parametrize(
    "label",
    [
        "Content: {text}\nSource: {n}-pl",
        "{text}\nScore: 0.8{n}\nSource: {n}.pdf",
        "{text}\n(Source: {n}.pdf)",
        "{text}\n\u2014 {title}, page {n}",
    ],
)
def test_what_is_left_of_a_document_is_above_the_label_below_it(label: str, keep: float) -> None:
    below = _filled(label.partition("{text}")[2])
    left = _left_of(label, keep)

    for own, at in _sentences_left(left):
        found = {each: left.find(each, at) for each in below if each in left[at:]}
        assert min(found, key=found.__getitem__) == below[own]


@pytest.mark.parametrize("mark", MARKS)
def test_both_passages_stay_whatever_mark_begins_them(mark: str) -> None:
    marked = (mark.format(n=n, letter=chr(96 + n), text=text + MORE) for n, text in enumerate(PASSAGES, 1))
    left = _left_for_two_hops("\n\n".join(marked))

    assert "drawn up by Orla Finch" in left
    assert "a family of smiths in Tarbet" in left


def test_both_passages_stay_where_all_are_on_one_line() -> None:
    left = _left_for_two_hops("Context: " + " ".join(text + MORE for text in PASSAGES))

    assert "drawn up by Orla Finch" in left
    assert "a family of smiths in Tarbet" in left


@pytest.mark.parametrize("ruler", ["---", "***", "====="])
def test_short_passages_between_rulers_are_documents(ruler: str) -> None:
    documents = f"\n\n{ruler}\n\n".join(text + MORE for text in PASSAGES)
    prompt = f"{documents}\n\nQuestion: Where was the designer of the Varn Bridge born?"

    assert len(compress(prompt, "focus", keep=0.5).text) < 0.8 * len(prompt)


def test_sentences_of_an_item_are_selected_one_by_one() -> None:
    left = _left_for_two_hops("\n".join(f"\u2022 {text}{MORE}" for text in PASSAGES))

    assert "\u2022 In what is left of the old hall a choir sings on the last Sunday of each month." in left
    assert "It takes no fee for that." not in left


def _left_for_two_hops(documents: str) -> str:
    text = compress(f"{ORDER}{documents}\n\nQuestion: {QUESTION}", "focus", keep=0.5).text
    assert len(text) < 0.9 * len(ORDER + documents)
    return text


def _filled(label: str) -> list[str]:
    return [label.format(n=n, title=title) for n, title in enumerate(TITLES, 1)]


def _left_of(label: str, keep: float) -> str:
    """What is left of a prompt with the passages so labeled."""
    numbered = enumerate(zip(TITLES, PASSAGES, strict=True), 1)
    documents = [label.format(n=n, title=title, text=text + MORE) for n, (title, text) in numbered]
    prompt = "\n\n".join([ORDER.strip(), *documents, f"Question: {QUESTION}"])
    left = compress(prompt, "focus", keep=keep).text
    assert left != prompt
    return left


def _sentences_left(left: str) -> Iterator[tuple[int, int]]:
    """The passage of each of its sentences that is left, and its place."""
    for passage, text in enumerate(PASSAGES):
        for sentence in (f"{part.removesuffix('.')}." for part in text.split(". ")):
            if (at := left.find(sentence)) >= 0:
                yield passage, at
