# ruff: noqa: ISC004 - a passage goes over several lines
from __future__ import annotations

import pytest

from bench.focus.labelings import LABELINGS, POSITIONS, TEMPLATES
from scrimp.compress.compressor import compress

PASSAGES = (
    "The harbor of Varn was opened in 1911 by the widow of a rich captain. It has three piers, of which the longest "
    "is of stone. The largest crane was sold to Oslo after the second flood, and a smaller one was bought of a yard "
    "in the north. Fishing boats land on the eastern side, where the water is never deeper than two fathoms.",
    "The old town hall was rebuilt in 1930 by Anna Meier, who had won the competition. Its tower has four clocks, and "
    "none of them shows the same time. Markets are held in front of it on Saturdays from the spring to the autumn. "
    "A flight of wide steps leads from the square to its door, over which the arms of the town are carved.",
    "The school has about 400 pupils from five valleys. A gym was added in 1988, and the roof has leaked since then. "
    "Its bell came from a ship that was wrecked at the coast. The teachers live in a row of small houses behind the "
    "orchard. In the winter of the great snow the pupils slept in the hall for eleven nights.",
    "Bread is baked in Varn with rye from the hills around it. The oven of the guild is older than the walls, and it "
    "is heated with beech. Loaves are marked with the sign of the baker, and those without one are given to the poor. "
    "On the first Sunday of the year a loaf as long as a man is carried through every street.",
)
QUESTION = "Who rebuilt the town hall of Varn?"
GOLD = "was rebuilt in 1930 by Anna Meier"


def _check(prompt: str) -> None:
    left = compress(prompt, "focus", keep=0.5).text

    assert GOLD in left
    assert QUESTION in left
    assert len(left) < len(prompt) - 0.35 * sum(map(len, PASSAGES)), "no documents were found"


@pytest.mark.parametrize("labeling", LABELINGS)
@pytest.mark.parametrize("position", POSITIONS)
def test_documents_are_found_whatever_their_labels(labeling: str, position: str) -> None:
    _check(POSITIONS[position](LABELINGS[labeling](PASSAGES), QUESTION))


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_documents_of_a_template_are_found(template: str) -> None:
    _check(TEMPLATES[template](PASSAGES, QUESTION))


BANK = "The assistant answers for a bank that was founded in Hamburg in 1904 and has forty branches."
AMOUNTS = "Amounts over 500 euros need a second signature except between accounts of one owner."


@pytest.mark.parametrize(
    "instructions",
    [
        f"## Role\n{BANK} {{}}\n\n## Rules\n{AMOUNTS} {{}}",
        f"Rules:\n1. {AMOUNTS} {{}}\n2. {BANK} {{}}",
        "Instructions:\n- {}\n- {}",
        "<rules>\n{}\n</rules>\n<instructions>\n{}\n</instructions>",
        "<rule>{}</rule>\n<rule>{}</rule>",
        "Guidelines:\n\n{}\n\n{}",
        "Question: why?\nExample: {}\n\nOutput format: {}",
        "Step 1: {}\nStep 2: {}",
        "Regeln:\n{}\n\n{}",
        "**Constraints**\n{}\n\n{}",
    ],
)
def test_what_stands_under_rules_is_no_document(instructions: str) -> None:
    filling = "The branch in Kiel was moved in 1988 to a building near the harbor, where it is still. " * 4
    prompt = f"{instructions.format(filling, filling)}\n\nWho moved the branch in Kiel?"

    assert compress(prompt, "focus", keep=0.3).text == prompt


@pytest.mark.parametrize(
    "told",
    [
        "Return an answer for a child. Prices are told with tax, and names of other towns are left out of it.",
        "Answer as a clerk of the bank would. Prices are told with tax.",
        "## How we talk\nGreetings are formal, and jokes about money are left out. Each talk closes with thanks.",
        "Rules:\nPrices are given with tax. Names of other towns are left out.",
    ],
)
@pytest.mark.parametrize("labeling", ["Context:", "Passage 1:", "## headings", "paragraphs", "<context>"])
def test_what_is_told_after_documents_stays(told: str, labeling: str) -> None:
    left = compress(f"{LABELINGS[labeling](PASSAGES)}\n\n{told}\n\n{QUESTION}", "focus", keep=0.3).text

    assert told in left
    assert len(left) < 1000


def test_a_document_that_goes_takes_its_tags_with_it() -> None:
    left = compress(POSITIONS["after"](LABELINGS["<passage>"](PASSAGES), QUESTION), "focus", keep=0.3).text

    assert left.count("<passage>") == left.count("</passage>") < len(PASSAGES)


@pytest.mark.parametrize(("labeling", "frame"), [('"""', '"""'), ("--- between", "---")])
def test_what_frames_documents_stays(labeling: str, frame: str) -> None:
    documents = LABELINGS[labeling](PASSAGES)
    left = compress(f"{documents}\n\n{QUESTION}", "focus", keep=0.4).text

    assert left.startswith(documents[: documents.index(frame) + len(frame)])
    assert left.endswith(f"\n{frame}\n\n{QUESTION}")


@pytest.mark.parametrize("labeling", ["1. list", "- list", "[1]", "--- between", "Document [1](Title: ...)"])
def test_a_sentence_of_a_document_never_comes_under_the_label_of_another(labeling: str) -> None:
    documents = LABELINGS[labeling](PASSAGES)
    left = compress(f"{documents}\n\n{QUESTION}", "focus", keep=0.8).text

    assert any(sentence in left for sentence in PASSAGES[2].split(". "))
    assert left.count("\n") - left.count("---") >= 2
    for line in left.split("\n\n" if labeling == "[1]" else "\n---\n" if "---" in labeling else "\n"):
        assert sum(any(sentence in line for sentence in passage.split(". ")) for passage in PASSAGES) <= 1


def test_the_words_to_look_for_are_no_document() -> None:
    documents = LABELINGS["Passage 1:"](PASSAGES)

    assert compress(f"{documents}\n\ntown hall rebuilt by", "focus", keep=0.5).text.endswith("\n\ntown hall rebuilt by")


@pytest.mark.parametrize(
    "unit", ["[1] a\n", "<a1>\n", "<doc>a</doc>", "Note: a\n\n", "# a\n", "- a\n", "---\n", "a. ", "A b 1:\n"]
)
def test_labels_made_to_blow_up_are_no_trap(unit: str) -> None:
    assert compress(f"{unit * 20_000}\n\nWho?", "tidy").text


@pytest.mark.parametrize("level", ["focus", "dense"])
@pytest.mark.parametrize(
    "instructions",
    [
        "You are an agent that answers questions by web requests. Only use information provided by the tools.\n\n"
        "First, find the base URL needed to make the request.\n\n"
        "Second, find the relevant paths needed to answer the question. Take note that, sometimes, you might need to"
        " make more than one request to more than one path to answer the question.\n\n"
        "Third, find the required parameters needed to make the request. For GET requests, these are usually parts of"
        " the address and for POST requests, these are parts of the body.\n\n"
        "Fourth, make the requests needed to answer the question. Ensure that you are sending the correct parameters.",
        "# System context\nYou are part of a system of agents, designed to make the work of the agents easy. An agent"
        " has tools and can hand off a talk to another agent. Transfers are handled in the background by the system.",
    ],
)
def test_steps_and_the_context_of_a_system_are_no_documents(instructions: str, level: str) -> None:
    assert compress(instructions, level, keep=0.4).text == instructions
