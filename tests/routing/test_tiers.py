"""The prior by what a prompt demands, and what stakes do to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.high_stakes import STAKES_WORDS
from scrimp.routing.prior.difficulty import shipped_prior
from scrimp.routing.tiers import TIERS, tier_of
from scrimp.values import Parameters


@pytest.mark.parametrize(
    ("text", "demand", "tier"),
    [
        ("Translate to French: good morning", "translation", "simple"),
        ("Übersetze ins Englische: Guten Tag", "translation", "simple"),
        ("把这句话翻译成英文：你好", "translation", "simple"),  # noqa: RUF001 - Chinese punctuation
        ("Classify this ticket: my python function crashes with a traceback", "classification", "simple"),
        ("What is the sentiment of this review? I loved it.", "classification", "simple"),
        ("Fix the grammar: he go home", "editing", "simple"),
        ("Format this as a table: a b c", "editing", "simple"),
        ("What is the capital of France?", "question", "simple"),
        ("Hi", "greeting", "simple"),
        ("Write a haiku about rain", "short text", "simple"),
        ("Write a Python function to translate numbers", "code", "medium"),
        ("def f(x):\n    return x\n\nassert f(2) == ??", "code", "medium"),
        ("Tom has 3 apples and buys 12 more. How many apples has he?", "word problem", "medium"),
        ("Solve x^2 = 4", "mathematics", "medium"),
        ("Extract the names from this letter: Dear Ann", "extraction", "medium"),
        ("Summarize the following: it rained", "summary", "medium"),
        ("Write a speech about rain", "writing", "medium"),
        ("Why does ice float?", "explanation", "medium"),
        ("What does this function print? ```\nprint(1)\n```", "code reading", "high"),
        ("lorem ipsum " * 500, "long text", "medium"),
        ("", "open-ended", "medium"),
    ],
)
def test_what_a_prompt_demands_gives_its_tier(text: str, demand: str, tier: str) -> None:
    choice = tier_of(text, None)

    assert (choice.demand, choice.tier, choice.why) == (demand, tier, demand)


# Each is the same prompt in many languages: a language must make nothing simple, and nothing dear.
GREETINGS = (
    "Hi", "Hello!", "你好", "こんにちは", "안녕하세요", "مرحبا", "नमस्ते", "Привет!", "¡Hola!", "Olá", "Bonjour",
    "Guten Morgen", "Ciao", "Halo", "নমস্কার", "Thanks a lot!",
)  # fmt: skip
FACTS = (
    "What is the capital of France?", "法国的首都是哪里？", "フランスの首都はどこですか？",
    "프랑스의 수도는 어디인가요?", "ما هي عاصمة فرنسا؟", "फ्रांस की राजधानी क्या है?", "Какая столица Франции?",
    "¿Cuál es la capital de Francia?", "Qual é a capital da França?", "Quelle est la capitale de la France ?",
    "Was ist die Hauptstadt von Frankreich?", "Qual è la capitale della Francia?", "Apa ibu kota Prancis?",
    "ফ্রান্সের রাজধানী কী?", "فرانس کا دارالحکومت کیا ہے؟", "Who painted the Mona Lisa?",
)  # fmt: skip
EXPLANATIONS = (
    "Explain how vaccines work.", "请解释疫苗是如何起作用的。", "ワクチンの仕組みを説明してください。",
    "백신이 어떻게 작용하는지 설명해 주세요.", "اشرح كيف تعمل اللقاحات.", "समझाइए कि टीके कैसे काम करते हैं।",
    "Объясни, как работают вакцины.", "Explica cómo funcionan las vacunas.", "Explique como funcionam as vacinas.",
    "Explique comment fonctionnent les vaccins.", "Erkläre, wie Impfstoffe wirken.",
    "Spiega come funzionano i vaccini.",
    "Jelaskan cara kerja vaksin.",
)  # fmt: skip
PROOFS = (
    "Prove that the square root of 2 is irrational.", "证明根号2是无理数。", "ルート2が無理数であることを証明せよ。",
    "2의 제곱근이 무리수임을 증명하시오.", "أثبت أن الجذر التربيعي للعدد 2 عدد غير نسبي.",
    "सिद्ध कीजिए कि 2 का वर्गमूल अपरिमेय है।", "Докажите, что корень из 2 иррационален.",
    "Demuestra que la raíz cuadrada de 2 es irracional.", "Prove que a raiz quadrada de 2 é irracional.",
    "Démontrer que la racine carrée de 2 est irrationnelle.", "Beweise, dass die Wurzel aus 2 irrational ist.",
    "Dimostra che la radice quadrata di 2 è irrazionale.", "Buktikan bahwa akar kuadrat dari 2 irasional.",
)  # fmt: skip
PUZZLES = (
    "A farmer must take a wolf, a goat and a cabbage across a river in a boat. How?",
    "农夫要带狼、羊和白菜过河，船一次只能载一样。怎么办？",  # noqa: RUF001
    "Один крестьянин везёт через реку волка, козу и капусту. Как ему быть?",
    "Un granjero debe cruzar el río con un lobo, una cabra y una col. ¿Cómo lo hace?",
    "Un fermier doit traverser la rivière avec un loup, une chèvre et un chou. Comment faire ?",
    "Ein Bauer muss Wolf, Ziege und Kohlkopf über den Fluss bringen. Wie?",
    "Two players remove 1 to 3 stones from a heap in turns; whoever takes the last one wins. Who wins?",
    "On an island of knights and knaves, A says that B is a knave. What is A?",
    "Five houses in a row have different colours. The Norwegian lives in the first. Who owns the fish?",
    "I have no body but come alive with wind. What am I?", "Measure 4 litres with a 3 litre jug and a 5 litre jug.",
    "Anna is older than Ben, and Cem is younger than Ben but older than Dora. Who is second?",
)  # fmt: skip
COMPETITION = (
    "Find the number of ordered pairs (a, b) of positive integers with a + b = 1000 and no zero digit.",
    "How many subsets of {1, ..., 12} have no two consecutive members?",
    "Let $a_1 = 2$ and $a_{n+1} = a_n^2 - 1$. Compute the last digit of $a_{10}$.",
    "Determine all functions f: R -> R with f(x + f(y)) = f(x) + y.",
    "What is the remainder when 7^2024 is divided by 13?",
    "求满足a+b=2024的正整数有序对的个数。", "Найдите все натуральные n, для которых n + 8 делит n^2.",
)  # fmt: skip


@pytest.mark.parametrize("text", [*GREETINGS, *FACTS])
def test_greetings_and_facts_are_simple_in_any_language(text: str) -> None:
    assert tier_of(text, None).tier == "simple"


@pytest.mark.parametrize("text", EXPLANATIONS)
def test_other_languages_than_english_are_not_simple_by_accident(text: str) -> None:
    assert tier_of(text, None).tier == "medium"


@pytest.mark.parametrize("text", [*PROOFS, *PUZZLES, *COMPETITION])
def test_proofs_puzzles_and_competition_mathematics_are_high_in_any_language(text: str) -> None:
    assert tier_of(text, None).tier == "high"


def test_what_is_translated_or_classified_may_be_about_anything() -> None:
    assert tier_of("Translate into French: Prove that there are infinitely many primes.", None).tier == "simple"
    assert tier_of("Classify the intent: write a thread safe queue in C++", None).tier == "simple"


@pytest.mark.parametrize(
    ("text", "demand"),
    [
        ("Which is a mammal?\nA. trout\nB. whale\nC. crow\nD. frog\nAnswer:", "exam question"),
        ("A cell divides by\n(a) osmosis\n(b) mitosis\n(c) lysis\n(d) fusion", "exam question"),
        ("Extract the names.\na) Ann met Bob.\nb) Cy left.\nc) Dee and Eve came.", "extraction"),
        ("Rate the following reviews on a scale of 1 to 5.\n1. Great!\n2. Awful.\n3. Fine.", "classification"),
        ("Improve these sentences.\n1. It rain.\n2. He go.\n3. They was.", "open-ended"),
        ("A shop has 3 red and 4 blue boxes.\n1. Add up.\n2. Sell.\n3. Close.\nThank you", "open-ended"),
    ],
)
def test_options_to_choose_from_are_told_from_lists_to_work_on(text: str, demand: str) -> None:
    assert tier_of(text, None).demand == demand


@pytest.mark.parametrize(
    ("text", "demand"),
    [
        ("Act as a travel guide who explains equations and code. Hello!", "roleplay"),
        ("Pretend to be a poet and translate nothing.", "roleplay"),
        ("Act as a mathematician. Prove that there are infinitely many primes.", "proof"),
        ("A pump needs 600 liters and fills half in an hour. What is the total amount after that?", "word problem"),
        ("2x + y = 7 and y = x + 1, x is?", "mathematics"),
        (
            "The red hut is left of the blue one. The inn is between them, next to a well. What is on the right?",
            "puzzle",
        ),
        ("Find the bug. ```\ndef dijkstra(graph):\n    return {}\n```", "hard code"),
        ("What are the main causes of inflation?", "explanation"),
        ("Which poem begins with a raven?", "question"),
        ("How many sugars are in 3 cups if each has 2?", "word problem"),
    ],
)
def test_the_work_is_told_from_what_it_is_about(text: str, demand: str) -> None:
    assert tier_of(text, None).demand == demand


@pytest.mark.parametrize(
    "text",
    [
        "What clues tell you that a guest is bored?", "How do I build a raft for a calm lake?",
        "What am I doing wrong when my bread does not rise?", "Who is the tallest basketball player ever?",
        "Our company is facing a new direction. Draft a short note to the staff.", "Cook coq au vin for six.",
        "How did prisoners of war survive the winter of 1943?", "Describe Gothic architecture and its design.",
        "Is it ever right not to tell the truth, or is a lie always wrong?", "Give me a recipe for egg drop soup.",
        "Explain step by step which of two phones suits me.", "Write a script for a video about jazz.",
        "My car does not start in the morning. What could be the reasons?", "What if the Beatles had never met?",
        "Which hats go with a black coat?", "Explain what complex numbers are for.", "Plan a workout program for me.",
    ],
)  # fmt: skip
def test_words_of_puzzles_and_programs_in_everyday_prompts_make_none_of_them_high(text: str) -> None:
    choice = tier_of(text, None)

    assert choice.tier != "high"
    assert "code" not in choice.demand


def test_a_language_without_a_word_list_goes_up_not_down() -> None:
    assert tier_of("Σύγκρινε την τηλεργασία με το γραφείο σε βάθος και δώσε μια γνώμη", None).tier == "medium"


def test_the_system_text_tells_the_kind_too() -> None:
    assert tier_of("Guten Tag", "You translate German into English.").demand == "translation"


def test_an_instruction_after_a_long_text_is_read() -> None:
    assert tier_of("lorem ipsum " * 5000 + "\nTranslate the text above.", None).demand == "translation"


def test_a_noun_in_passing_is_no_instruction() -> None:
    assert tier_of("Give me a haiku in the following format: three lines", None).demand == "short text"


def test_choices_and_a_schema_tell_the_kind_better_than_words() -> None:
    assert tier_of("Write an essay", None, Parameters(choices=("a", "b"))).demand == "classification"
    assert tier_of("Translate this", None, Parameters(schema={})).demand == "extraction"


def test_stakes_raise_by_one_tier_and_say_so() -> None:
    classified = tier_of("Classify this medical note: headache", None)
    summary = tier_of("Summarize this contract, mind the security clauses: ...", None)

    assert (classified.tier, classified.why) == ("medium", "classification; raised: medical")
    assert (summary.tier, summary.why) == ("high", "summary; raised: legal, security")


def test_stakes_of_the_system_text_and_of_other_scripts_count() -> None:
    assert tier_of("What is it?", "You help an attorney.").tier == "medium"
    assert tier_of("翻译这份合同", None).why == "translation; raised: legal"


words = st.sampled_from([
    "translate", "classify", "python", "function", "write", "solve", "how", "many", "3", "12", "?", "the", "report",
    "```", "x==1", "then", "finally", "extract", "format", "why", "Straße", "翻译", "naïve", "def", "what", "summarize",
    "contract",
])  # fmt: skip


@given(
    st.lists(words, max_size=40),
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(sorted(STAKES_WORDS))), min_size=1, max_size=8),
)
def test_adding_stakes_words_never_lowers_the_tier(said: list[str], filling: int, added: list[tuple[int, str]]) -> None:
    half = len(said) // 2
    plain = [*said[:half], *["lorem"] * filling, *said[half:]]
    risky = list(plain)
    for place, word in added:
        risky.insert(min(place, len(risky)), word)

    before, after = tier_of(" ".join(plain), None), tier_of(" ".join(risky), None)

    assert TIERS.index(after.tier) >= TIERS.index(before.tier)


@given(st.text(max_size=300) | st.lists(words, max_size=12).map(" ".join), st.none() | st.text(max_size=50))
def test_any_text_has_the_tier_of_its_expected_gain_or_the_next_one_with_the_reason(
    text: str, system: str | None
) -> None:
    choice = tier_of(text, system)
    start = TIERS.index(shipped_prior().tier(choice.gain))
    demand, _, stakes = choice.why.partition("; raised: ")

    assert demand == choice.demand
    assert TIERS.index(choice.tier) == min(start + bool(stakes), 2)
    assert set(stakes.split(", ")) <= {"", "legal", "medical", "financial", "security"}
