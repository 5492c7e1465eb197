"""The kind of task a prompt is, by scores of its words: what bare prompts are named and their pairs are pooled by.

Signatures that users have certified depend on it, so it stays as it is. Tiers go by `routing.prior` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from scrimp.routing.excerpt import Excerpt

Kind = Literal[
    "code", "mathematics", "extraction", "document", "translation", "formatting", "classification", "question",
    "multi-step", "long text", "open-ended",
]  # fmt: skip

# Words that ask for the work ("translate this"). In the instruction they weigh ASKED, elsewhere as much as a topic.
_INSTRUCTIONS: dict[Kind, str] = {
    "code": "refactor debug implement compile unittest pytest codebase программу",
    "mathematics": "solve prove calculate compute integrate differentiate factorise factorize résoudre calcule "
    "berechne calcula calcular",
    "extraction": "extract extracts extracting extraction parse ner entities extraire extrais extrahiere "
    "extraer estrai",
    "document": "summarize summarise summarizing summary summaries tldr digest minutes abstract résume résumer résumé "
    "zusammenfassen zusammenfassung resume resumir resumen riassumi",
    "translation": "translate translates translating translation translator traduis traduire traduce traducir traduci "
    "traduza traduzir übersetze übersetzen übersetzung переведи vertaal",
    "formatting": "reformat proofread capitalize capitalise uppercase lowercase rephrase paraphrase reword "
    "punctuation spelling grammar grammatical typos alphabetically deduplicate titlecase",
    "classification": "classify classifies classifying classification classifier categorize categorise sentiment label "
    "labels spam toxic toxicity moderate category categories intent classe classifier klassifiziere clasifica "
    "clasificar",
}
# Words for what the text is about; at most TOPIC_CAP of them count.
_TOPICS: dict[Kind, str] = {
    "code": "python javascript typescript java rust golang kotlin ruby php sql html css bash regex function functions "
    "script code algorithm api traceback exception stacktrace compiler def const import "
    "struct yaml bug bugs repository commit query dataframe array loop recursion",
    "mathematics": "equation equations theorem integral derivative probability polynomial triangle algebra geometry "
    "matrix vector modulo prime primes fraction fractions remainder perimeter radius hypotenuse divisible integers "
    "integer sqrt frac sum percent average",
    "extraction": "invoice receipt invoices fields",
    "document": "document documents article report transcript meeting paper chapter passage passages",
}
# Words that ask only at the beginning of a prompt: further in they are nouns ("in the following format").
_LEADING_VERBS: dict[str, Kind] = {
    **dict.fromkeys(("format", "convert", "sort"), "formatting"),
    **dict.fromkeys(("tag", "rate"), "classification"),
    **dict.fromkeys(("evaluate", "simplify", "factor"), "mathematics"),
    "outline": "document",
}
_CREATION_VERBS = frozenset((
    "write", "create", "build", "make", "fix", "complete", "add", "develop", "generate", "schreibe", "écris",
    "escribe",
))  # fmt: skip
_OPEN_ENDED_WORDS = frozenset((
    "explain", "compare", "analyse", "analyze", "design", "essay", "story", "poem", "plan", "strategy", "argue",
    "discuss", "detail", "detailed", "pros", "cons", "write", "draft", "brainstorm", "recommend", "advise", "advice",
    "evaluate", "critique", "why",
))  # fmt: skip
_STEP_WORDS = frozenset((
    "then", "next", "finally", "afterwards", "subsequently", "steps", "stepwise",
))  # fmt: skip
_QUESTION_OPENERS = frozenset((
    "what", "who", "whom", "whose", "when", "where", "which", "how", "is", "are", "was", "were", "does", "do", "did",
    "can", "could", "will", "would", "should", "has", "have", "name", "qui", "que", "quel", "quelle", "où", "quand",
    "wer", "was", "wann", "welche", "wie", "qué", "quién", "cuál", "cuándo", "dónde",
))  # fmt: skip
# For scripts without spaces, searched for inside words.
_UNSPACED_STEMS: dict[str, Kind] = {
    **dict.fromkeys(("翻译", "翻訳", "번역"), "translation"),
    **dict.fromkeys(("分类", "分類", "분류", "情感"), "classification"),
    **dict.fromkeys(("提取", "抽出", "추출"), "extraction"),
    **dict.fromkeys(("总结", "摘要", "要約", "요약"), "document"),
    **dict.fromkeys(("代码", "コード", "코드", "函数"), "code"),
    **dict.fromkeys(("计算", "計算", "계산", "方程"), "mathematics"),
}  # fmt: skip
# None has a space: a word added between two others must not break one.
_CODE_MARKS = ("```", "();", "){", "=>", "#include", "</", "==", "self.", "->", "!=")
_QUESTION_MARKS = ("?", "？", "؟")  # other scripts ask too

_INSTRUCTION_KINDS: dict[str, Kind] = {word: kind for kind, words in _INSTRUCTIONS.items() for word in words.split()}
_TOPIC_KINDS: dict[str, Kind] = {word: kind for kind, words in _TOPICS.items() for word in words.split()}

INSTRUCTION_WEIGHT = 4
TOPIC_CAP = 3
MIN_SCORE = 2
INSTRUCTION_ZONE = 25  # words at either end that count as the instruction
LONGEST_QUESTION = 40
LONG_TEXT = 4000
# In a tie the first, more expensive kind wins.
_KINDS: tuple[Kind, ...] = tuple(_INSTRUCTIONS)


def kind_of(text: str, words: Excerpt, system: Excerpt | None = None) -> Kind:
    """Return the kind of task, from the words at both ends of the prompt and from its system text."""
    instruction = {*words.head[:INSTRUCTION_ZONE], *words.tail[-INSTRUCTION_ZONE:]}
    all_words = {*words.head, *words.tail}
    if system is not None:
        instruction.update(system.head)
        all_words.update(system.head)
    scores = _word_scores(instruction, all_words)
    for word in _LEADING_VERBS.keys() & words.head[:3]:
        scores[_LEADING_VERBS[word]] += INSTRUCTION_WEIGHT
    _score_unspaced_scripts(scores, instruction, all_words)
    _score_shape(scores, text, words, instruction, all_words)
    best = max(_KINDS, key=scores.__getitem__)
    if scores[best] >= MIN_SCORE:
        return best
    return _kind_by_shape(text, words, all_words)


def _word_scores(instruction: AbstractSet[str], all_words: AbstractSet[str]) -> dict[Kind, int]:
    scores = dict.fromkeys(_KINDS, 0)
    for word in _TOPIC_KINDS.keys() & all_words:
        kind = _TOPIC_KINDS[word]
        scores[kind] = min(scores[kind] + 1, TOPIC_CAP)
    for word in _INSTRUCTION_KINDS.keys() & all_words:
        scores[_INSTRUCTION_KINDS[word]] += INSTRUCTION_WEIGHT if word in instruction else 1
    if not _CREATION_VERBS.isdisjoint(instruction) and any(_TOPIC_KINDS.get(word) == "code" for word in instruction):
        scores["code"] += INSTRUCTION_WEIGHT
    return scores


def _score_unspaced_scripts(
    scores: dict[Kind, int], instruction: AbstractSet[str], all_words: AbstractSet[str]
) -> None:
    """Score words of scripts without spaces."""
    non_ascii = [word for word in all_words if not word.isascii()]
    if non_ascii:
        for stem, kind in _UNSPACED_STEMS.items():
            if any(stem in word for word in non_ascii):
                scores[kind] += INSTRUCTION_WEIGHT if any(stem in word for word in instruction) else 1


def _score_shape(
    scores: dict[Kind, int], text: str, words: Excerpt, instruction: AbstractSet[str], all_words: AbstractSet[str]
) -> None:
    """Score marks that only code has, and the numbers of a word problem."""
    scores["code"] += min(sum(mark in text for mark in _CODE_MARKS), TOPIC_CAP)
    if "how" in all_words and ("many" in all_words or "much" in all_words):
        numbers = sum(word.isdecimal() for word in words.head)
        scores["mathematics"] += min(numbers, TOPIC_CAP) if numbers > 1 or "total" in instruction else 0
    if "\\frac" in text or "\\sqrt" in text or "\\boxed" in text:
        scores["mathematics"] += MIN_SCORE


def _kind_by_shape(text: str, words: Excerpt, all_words: AbstractSet[str]) -> Kind:
    """Return the kind of a prompt whose words do not decide it."""
    if len(text) > LONG_TEXT:
        return "long text"
    if len(_STEP_WORDS & all_words) > 1:
        return "multi-step"
    if (
        len(words.head) <= LONGEST_QUESTION
        and _OPEN_ENDED_WORDS.isdisjoint(all_words)
        and _is_question(text, words.head)
    ):
        return "question"
    return "open-ended"


def _is_question(text: str, head: Sequence[str]) -> bool:
    return bool(head) and (head[0] in _QUESTION_OPENERS or text.rstrip().endswith(_QUESTION_MARKS))
