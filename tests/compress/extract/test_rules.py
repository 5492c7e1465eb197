from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.compressor import compress
from scrimp.compress.extract.sentences import unwrapped
from scrimp.compress.instructions.rules import rules_in

HERE = Path(__file__).parent
RULES = (HERE / "rules.txt").read_text("utf-8").splitlines()
REPORTS = (HERE / "reports.txt").read_text("utf-8").splitlines()
# A paragraph that ends with one of these may ask something: it is not a document, and all stays.
BESIDE_WHAT_STAYS = (
    'Say "we" rather than "I".', "किसी भी हालत में पासवर्ड साझा न करें।", "いかなる場合もパスワードを教えてはならない。",
)  # fmt: skip
# Nothing is learned from these.
HELD_OUT_RULES = (HERE / "held_out_rules.txt").read_text("utf-8").splitlines()
HELD_OUT_REPORTS = (HERE / "held_out_reports.txt").read_text("utf-8").splitlines()

BANK = (
    "Acme Bank was founded in 1904 in Hamburg by two brothers. It has forty branches in the north of the country.",
    "The branch in Kiel was opened in 1950. It was moved in 1988 to a building near the harbor. Its hall has a dome.",
    "The head of the bank lives in Bremen. Coins of all ages are shown in the cellar. School classes see it for free.",
)
QUESTION = "In which year was the branch in Kiel moved?"
FRAMES = (
    "Background: {0} {rule} {1} {2}\n\nQuestion: {question}",
    "Context:\n{0}\n\n{1} {rule}\n\n{2}\n\n{question}",
    "<context>\n{0}\n{rule}\n{1}\n\n{2}\n</context>\n\n{question}",
    "{question}\n\n<doc>{0}</doc>\n<doc>{1}</doc>\n<doc>{2} {rule}</doc>",
    "Passage 1: {0} {rule}\n\nPassage 2: {1}\n\nPassage 3: {2}\n\nQuestion: {question}",
    "Context information is below.\n-----\n{0}\n{rule}\n\n{1}\n\n{2}\n-----\nQuery: {question}\nAnswer:",
)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_among_documents_is_kept(rule: str) -> None:
    for frame in FRAMES:
        prompt = frame.format(*BANK, rule=rule, question=QUESTION)
        left = compress(prompt, "focus", keep=0.3).text

        assert rule in left, frame
        assert "School classes" not in left or (left == prompt and rule in BESIDE_WHAT_STAYS), frame


@pytest.mark.parametrize("end", ["\n", "\n\n"])
@pytest.mark.parametrize("above", ["", "# Bank\n\n", "Acme Bank has forty branches. "])
def test_a_rule_within_a_paragraph_that_goes_keeps_its_line(above: str, end: str) -> None:
    rule = "Never promise a refund."
    prompt = (
        f"<document>\n{above}# Kiel{end}{BANK[1]}\n\n# Tours{end}Coins of all ages are shown. {rule} School classes"
        f" see them.\n\n# Head{end}The head of the bank lives in Bremen. He is a sailor.\n</document>\n\n{QUESTION}"
    )
    left = compress(prompt, "focus", keep=0.3)

    assert not left.taken_back
    assert f"# Tours{end}{rule}" in left.text
    assert "sailor" not in left.text


@pytest.mark.parametrize("mark", ["`{}`", "_{}_", "__{}__", "**{}**", "<b>{}</b>", "{{{}}}"])
def test_a_rule_is_one_whatever_marks_a_word_of_it_has(mark: str) -> None:
    for words in (rule.split() for rule in RULES if rule.isascii()):
        at = next(at for at in range(len(words) // 2, len(words)) if words[at].strip(".!").isalpha())
        marked = " ".join([*words[:at], mark.format(words[at]), *words[at + 1 :]])

        assert rules_in(f"{marked}\n"), marked


def test_code_is_not_a_rule() -> None:
    for code in ("client.verify_it(body, request.headers)", 'return {"answer": never}', "never = do_not(mention)"):
        assert rules_in(f"{code}\n") == []


@pytest.mark.parametrize("report", REPORTS)
def test_what_a_document_reports_is_no_rule(report: str) -> None:
    assert rules_in(f"{report}\n") == []


def test_most_rules_that_were_never_learned_from_are_found() -> None:
    found = [rule for rule in HELD_OUT_RULES if rules_in(f"{rule}\n")]

    assert len(found) >= 0.9 * len(HELD_OUT_RULES)


def test_little_that_reads_like_a_rule_is_taken_for_one() -> None:
    """What is kept without need costs little, and these were chosen to mislead."""
    taken = [report for report in HELD_OUT_REPORTS if rules_in(f"{report}\n")]

    assert len(taken) <= 0.25 * len(HELD_OUT_REPORTS)


def test_a_rule_after_a_no_is_a_sentence_of_its_own_and_a_number_is_not() -> None:
    rule = "Never promise a refund."
    text = f"Does the shop take things back? No. {rule}"

    assert [text[start:end] for start, end in rules_in(text)] == [rule]
    assert rules_in("The train leaves from platform No. 5 at noon.") == []
    assert [end for _, end in rules_in("Never book bus No. 5 for a guest.")] == [33]


def test_a_word_of_any_length_is_read_once() -> None:
    """Read from each of its letters on, this one would take minutes."""
    assert rules_in(f"Es ist gut {'zu' * 200_000}!") == []
    assert rules_in("Alle Pakete sind am Tor entgegenzunehmen.")


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.7])
def test_rules_do_not_take_the_place_of_sentences(keep: float) -> None:
    rules = " ".join(RULES[:3])
    with_rules, without = (
        compress(FRAMES[0].format(*BANK, rule=rule, question=QUESTION), "focus", keep=keep).text for rule in (rules, "")
    )

    assert len(with_rules) - len(rules) >= len(without) - max(map(len, " ".join(BANK).split(". ")))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("[FACTS]", "[END FACTS]"), ("[CONTEXT]", "[/CONTEXT]"), ("=== BEGIN CONTEXT ===", "=== END CONTEXT ==="),
        ("--- start of document ---", "--- end of document ---"), ("<<<CONTEXT", "CONTEXT>>>"),
        ("<<DOC>>", "<<END DOC>>"),
        ("{{context}}", "{{/context}}"), ("[DOCUMENT START]", "[DOCUMENT END]"), ("<|context|>", "<|end|>"),
        ("Context starts here:", "Context ends here."), ("*** START ***", "*** END ***"),
        ("ANFANG", "ENDE DES KONTEXTS"),
        ("D\u00c9BUT DU CONTEXTE", "FIN DU CONTEXTE"), ("# Context begins", "# Context ends"),
    ],
)  # fmt: skip
def test_the_lines_around_all_documents_stay(first: str, last: str) -> None:
    text = "\n\n".join([f"{first}\n{BANK[0]}", *BANK[1:-1], f"{BANK[-1]}\n{last}"])
    prompt = f"Answer from the documents.\n\n{text}\n\n{QUESTION}"

    left = compress(prompt, "focus", keep=0.5).text

    assert last in [text[start:end].strip() for start, end in rules_in(text)]
    assert left.split("\n")[2] == first
    assert f"\n{last}\n" in left


def test_the_rules_of_a_manual_are_its_own_but_for_those_about_answers() -> None:
    manual = "Never open the lid. Do not wash the motor. Avoid the sun. Always unplug the mill. It weighs a pound. "
    text = f"{manual}Use only these documents."

    assert [text[start:end] for start, end in rules_in(text)] == ["Use only these documents."]


@given(st.lists(st.sampled_from([*RULES, *REPORTS, "\n", "\n\n", "Note: ", " "])).map(" ".join) | st.text())
def test_places_of_rules_follow_each_other_in_the_text(text: str) -> None:
    done = 0
    for start, end in rules_in(text):
        assert done <= start < end <= len(text)
        done = end


def wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


@given(st.integers(44, 110), st.sampled_from([rule for rule in RULES if rule.isascii()]))
def test_wrapping_a_document_takes_no_part_of_its_rules(width: int, rule: str) -> None:
    text = f"{BANK[0]} {rule} {BANK[1]} {BANK[2]}"
    found = {text[start:end].strip() for start, end in rules_in(text)}
    lines = wrapped(text, width)

    assert found == {" ".join(lines[start:end].split()) for start, end in rules_in(unwrapped(lines))}


def test_a_rule_that_an_editor_wrapped_is_kept_whole() -> None:
    rule = "Never promise a refund to guests who have waited for less than two hours at the desk."
    for width in (48, 60, 72, 80, 100):
        text = wrapped(f"{BANK[0]} {rule} {BANK[1]} {BANK[2]}", width)
        left = compress(f"<document>\n{text}\n</document>\n\n{QUESTION}", "focus", keep=0.3).text

        assert rule in " ".join(left.split())
        assert "School classes" not in left
