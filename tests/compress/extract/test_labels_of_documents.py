"""However documents are labeled, the sentences of two of them that answer together stay, and others go."""

from __future__ import annotations

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
]


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("label", LABELS)
def test_both_passages_of_a_question_of_two_hops_stay_whatever_their_labels(label: str, between: str) -> None:
    documents = between.join(label.format(n=n, text=text + MORE) for n, text in enumerate(PASSAGES, 1))
    left = compress(f"{documents}\n\nQuestion: Where was the designer of the Varn Bridge born?", "focus", keep=0.5).text

    assert "drawn up by Orla Finch" in left
    assert "a family of smiths in Tarbet" in left
    assert len(left) < 0.8 * len(documents)
