"""Courtesy and filler of English requests, and the shorter words that ask for the same.

A closed table: what is not in it stays. No entry holds a negation or a modal that binds the reader ("must", "should",
"may"); nothing is taken away next to a negation, nor after a label such as "Text:", where someone else's words begin.
In the table `{a|b}` is a choice, and `{a|}` may be missing; a space is also the end of a wrapped line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

_PASSES = 6

# Said instead of the phrase, anywhere. Plain words: the phrase found is looked up here.
SHORTER: dict[str, str] = {
    # because, if, although
    "due to the fact that": "because",
    "because of the fact that": "because",
    "owing to the fact that": "because",
    "in light of the fact that": "because",
    "in view of the fact that": "because",
    "on account of the fact that": "because",
    "for the reason that": "because",
    "given the fact that": "since",
    "in spite of the fact that": "although",
    "despite the fact that": "although",
    "regardless of the fact that": "although",
    "aware of the fact that": "aware that",
    "in the event that": "if",
    "on the condition that": "if",
    "in order to": "to",
    "in order for": "for",
    "in order that": "so that",
    "so as to": "to",
    "for the purpose of": "for",
    "for the purposes of": "for",
    "in such a way that": "so that",
    "in such a manner that": "so that",
    # when
    "at this point in time": "now",
    "at this moment in time": "now",
    "at the present time": "now",
    "at the present moment": "now",
    "at the current time": "now",
    "at that point in time": "then",
    "in the near future": "soon",
    "until such time as": "until",
    "during the course of": "during",
    "for the duration of": "during",
    "for a period of": "for",
    "for a duration of": "for",
    "in the month of": "in",
    "prior to": "before",
    "subsequent to": "after",
    "on a daily basis": "daily",
    "on a weekly basis": "weekly",
    "on a monthly basis": "monthly",
    "on a yearly basis": "yearly",
    "on a regular basis": "regularly",
    "on a frequent basis": "often",
    "at all times": "always",
    "in many cases": "often",
    "in most cases": "usually",
    "in some cases": "sometimes",
    "currently in the process of": "currently",
    "over and over again": "repeatedly",
    "keeps on getting": "keeps getting",
    "for quite some time now": "for some time",
    # how many
    "a large number of": "many",
    "a great number of": "many",
    "a great many": "many",
    "a wide variety of": "many",
    "a wide range of": "many",
    "a number of different": "several",
    "a great deal of": "much",
    "the vast majority of": "most",
    "the majority of": "most",
    "each and every one of": "every one of",
    "each and every": "every",
    "any and all": "all",
    "one and the same": "the same",
    "approximately": "about",
    "for the most part": "mostly",
    # about, by, with
    "with regard to": "about",
    "with regards to": "about",
    "in regard to": "about",
    "in regards to": "about",
    "in reference to": "about",
    "on the subject of": "on",
    "on the topic of": "on",
    "from a security standpoint": "for security",
    "from a performance standpoint": "for performance",
    "in addition to that": "also",
    "in addition to this": "also",
    "together with": "with",
    "by means of": "by",
    "by virtue of": "by",
    "through the use of": "with",
    "by the name of": "named",
    "in the form of": "as",
    "in close proximity to": "near",
    "in the vicinity of": "near",
    "the question as to whether": "whether",
    "the question of whether": "whether",
    "as to whether": "whether",
    "the manner in which": "how",
    # one verb for a verb with its noun
    "make use of": "use",
    "makes use of": "uses",
    "made use of": "used",
    "making use of": "using",
    "are able to": "can",
    "is able to": "can",
    "to be able to": "to",
    "have the ability to": "can",
    "has the ability to": "can",
    "is in possession of": "has",
    "take into consideration": "consider",
    "takes into consideration": "considers",
    "give consideration to": "consider",
    "come to the conclusion that": "conclude that",
    "perform an analysis of": "analyze",
    "conduct an analysis of": "analyze",
    "carry out an analysis of": "analyze",
    "provide an analysis of": "analyze",
    "provide an explanation of": "explain",
    "give an explanation of": "explain",
    "provide a description of": "describe",
    "provide a summary of": "summarize",
    "give a summary of": "summarize",
    "make a comparison between": "compare",
    "make an attempt to": "try to",
    "make sure that": "ensure",
    "make absolutely sure that": "ensure",
    "have a need for": "need",
    "is of the opinion that": "thinks that",
    "in my opinion I think that": "I think",
    "in your honest opinion": "in your opinion",
    "would you mind taking a look and telling me": "tell me",
    "would you mind telling me": "tell me",
    "lend me a hand by coming up with": "suggest",
    "help me by coming up with": "suggest",
    "I guess what I'm trying to ask is basically": "I ask",
    "what I'm trying to ask is basically": "I ask",
    "what I'm trying to ask is": "I ask",
    "might possibly": "might",
    "could possibly": "could",
    "why it is that": "why",
    "what it is that": "what",
    # twice the same
    "end result": "result",
    "final outcome": "outcome",
    "past history": "history",
    "future plans": "plans",
    "basic fundamentals": "fundamentals",
    "absolutely essential": "essential",
    "collaborate together": "collaborate",
    "combine together": "combine",
    "repeat again": "repeat",
    "return back": "return",
    "first and foremost": "first",
    "experienced and knowledgeable": "experienced",
    "carefully and thoroughly": "thoroughly",
    "any kind of": "any",
    "that I have provided below": "below",
    "that I have given below": "below",
    "that I have pasted below": "below",
    "which is provided below": "below",
    "that I described above": "above",
    "that you gave me": "you gave",
    "give me a list of": "list",
    "provide me with a list of": "list",
    "provide me with": "give me",
}

# Asks for what follows: nothing at the start of a sentence, "please" within one.
ASKING: tuple[str, ...] = (
    (
        "I {was|am} {just |}{wondering|hoping} {if|whether|that} you {could|can|would|might} "
        "{possibly |perhaps |please |}"
        "{be able to |be willing to |be so kind as to |}{help me to |}"
    ),
    (
        "I'm {just |}{wondering|hoping} {if|whether|that} you {could|can|would|might} {possibly |please |}"
        "{be able to |be willing to |}{help me to |}"
    ),
    (
        "I {would|'d} {really |greatly |very much |}appreciate it {very much |a lot |}if you "
        "{could|can|would} {please |}"
        "{possibly |}{help me to |}"
    ),
    "I {would|'d} be {very |really |so |extremely |}grateful if you {could|can|would} {please |}{possibly |}",
    "I {would|'d} {really |}like {for |}you to {please |}",
    "I {would|'d} like to ask you to {please |}",
    "I {would|'d} love {it if you could|for you to} ",
    "I {would|'d} be {happy|glad|delighted} if you {could|would} ",
    "I {want|need} you to {please |}",
    (
        "it would be {really |very |so |}{great|nice|helpful|wonderful|awesome|appreciated} if you "
        "{could|would} {please |}"
    ),
    "would you {please |}be so kind as to ",
    "would you be {able|willing} to {please |}",
    "would it be possible for you to {please |}",
    "is it possible for you to ",
    "{could|can|would} you {please |kindly |possibly |perhaps |}be so kind as to ",
    "{could|can|would} you {please|kindly} {help me to |}",
    "please {could|can|would} you {please |kindly |}{help me to |}",
    "{could|can} you possibly {please |}",
    (
        "{what I would {really |}like|what I'd {really |}like|what I want} {you |}{to be able |}to do"
        "{, if at all possible,|} is {to |}"
    ),
    "what I would {really |}like you to do{, if at all possible,|} is{,|} {to |}",
    "what I {want|need} you to do is {to |}",
    "please be so kind as to ",
    "kindly ",
    "please ",
)

# Adds nothing where it stands, its comma included.
NOTHING: tuple[str, ...] = (
    "please note that ",
    "please be {aware|advised} that ",
    "please {keep|bear} in mind that ",
    "{keep|bear} in mind that ",
    "it is {very |}{important|worth|essential} {to note|noting|mentioning} that ",
    "it's {important|worth} {to note|noting|mentioning} that ",
    "I {just |}{wanted|want} to {quickly |}{let you know|say|mention|point out} that ",
    "I would like to {say|mention|point out} that ",
    "I {just |}wanted to quickly check something with you{ if that's okay|}. ",
    "let me {start|begin} by saying that ",
    "as you can {probably |}imagine, ",
    "as you {probably |}know, ",
    "as {I am sure|I'm sure} you {are aware|know}, ",
    "as a matter of fact, ",
    "at the end of the day, ",
    "when all is said and done, ",
    "to be {perfectly |completely |totally |}honest{ with you|}{,|} ",
    "to tell you the truth, ",
    "truth be told, ",
    "in all honesty, ",
    "if you ask me, ",
    "if {it is|it's} at all possible, ",
    "if at all possible, ",
    "if {it is|it's} possible, ",
    "if you {happen to have|have} {the|a} {time|moment}, ",
    "for what it's worth, ",
    "for {some|whatever} reason, ",
    "sorry to bother you{ again|}, but ",
    "by the way, ",
    "you know, ",
    "I mean, ",
    "um, ",
    "uh, ",
    "basically{,|} ",
    "essentially, ",
    "needless to say, ",
    "generally speaking, ",
    "ideally speaking, ",
    "first of all{,|} ",
    "first off, ",
    "to begin with, ",
    "to start with, ",
    "to give you a {little bit of |little |bit of |}{background|context}, ",
    "I'm reaching out to you {today |}because ",
    "I am {writing|reaching out} to you {today |}because ",
)

# A whole sentence (or a greeting before a comma) that says nothing to a model.
SENTENCES: tuple[str, ...] = (
    "{hello|hi|hey|greetings}{ there| everyone|}",
    "good {morning|afternoon|evening|day}",
    "I hope {you are|you're|you have been} {doing |}well{ today|}",
    "I hope {you are|you're} having a {wonderful|great|good|lovely|nice} {day|week|time}{ today| so far|}",
    "I hope {this|this message|this email|that this} finds you well",
    "have a {wonderful|great|good|lovely|nice} {day|week|weekend|evening}",
    (
        "{many thanks|thanks|thank you}{ so much| very much| a lot| a million| a bunch|}{ again|}{ in advance|}"
        "{ for {all {of |}|}your {help|time|assistance|support|patience|understanding}{ with this| in advance|}|}"
        "{ for {taking the time|that|this}|}"
        "{{,| and} I {really |would really |truly |}appreciate it{ a lot| very much|}|}"
    ),
    (
        "I {really |greatly |truly |would really |would |}appreciate {it|your help|your time|your assistance}"
        "{ in advance| very much| a lot|}"
    ),
    "{let me say that |}I really appreciate you taking the time to help me",
    "any help {would be|is} {greatly |much |very much |}appreciated",
    "your help {would be|is} {greatly |much |very much |}appreciated",
    "it would be {greatly |much |}appreciated",
    "I look forward to {hearing from you|your {reply|response|answer}}",
    "I want to say that your last answer was {really |}great{, thank you very much for that|}",
    "so here's the thing",
    "here's the thing",
    "the {situation|question|problem} is as follows",
    "sorry to bother you{ again|}",
    "I have a question{ for you|}",
    "I need {some |your |}help{ with something|}",
)

_NEGATION = re.compile(
    r"(?:\b(?:not|no|never|nor|none|neither|cannot|without|hardly)|n['\u2019]t)[ \n]+\Z", re.IGNORECASE
)
_NEGATED = re.compile(r"[ \n]*(?:not|no|never|nor|don['\u2019]t|do not|does not|do n['\u2019]t|avoid)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:^|(?<=[\n.!?:] )|(?<=\n))(?:(?:Here is|This is) the )?"
    r"(?:Text|E-?mail|Article|Passage|Document|Input|Context|Transcript|Message|Sentence|Review|Letter|Story|Quote|Note)"
    ""
    r"s?[ ]?:|\bThe sentence is:"
)
_STARTS = re.compile(r"(?:\n[ \t]*(?:(?:[-*+]|[0-9]{1,3}[.)])[ ])?|[.!?][)\"'\u2019\u201d]?[ \n]+)\Z")
_LED_IN = re.compile(r"(?:[-*+:]|[0-9][.)])\s+\Z")
_JOINED = re.compile(r"(?:[,;]|\b(?:and|but|so|then|also))[ \n]+\Z")
# A task about the wording of something, which stands where no label may tell: only its first sentence is ours.
_ABOUT_WORDS = re.compile(
    r"\b(?:translat|rewrit|rephras|paraphras|proof-?read|gramma|sentiment|verbatim|repeat|polish|spell|quot|wording"
    r"|phrase|sentence|edit\b|classif|reply to|respond to)",
    re.IGNORECASE,
)
_FIRST_SENTENCE_END = re.compile(r"[:.!?]\s|\n")
_WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_NEXT_WORD = re.compile(r"([a-z])[a-z]*(?=[\s,;:!?]|\.(?:\s|\Z)|\Z)")
_FUNCTION_WORDS = frozenset(
    _WORDS.findall(
        "the of to and a in is that it for you i on with as this be are was have from or by at an we can could would"
        " will please my your me if what which how do not should there their they but has been so more about any"
        " when who all these them he she his her our no than then into it's i'm i've don't"
    )
)


def english(text: str) -> bool:
    """Guess from the share of its most common words whether a text is English; only the beginning is read."""
    words = [word.lower().replace("\u2019", "'") for word in _WORDS.findall(text[:4000])]
    return sum(word in _FUNCTION_WORDS for word in words) * 4 >= max(len(words), 4)


def phrases(text: str, outside: Callable[[str, Callable[[str], str]], str]) -> str:
    """Say the phrases of the table shorter; `outside` applies a rule to what is not protected, piece by piece in order.

    Shorter words may make another phrase. What is not settled after a few passes is given back as it came.
    """
    if not english(text):
        return text
    before = text
    for _ in range(_PASSES):
        after = outside(before, _Pass(before))
        if after == before:
            return after if after.strip() else text
        before = after
    return text


class _Pass:
    """One walk over the pieces of a text; it ends where the words are someone else's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0  # where in the text the last piece ended, or earlier
        self.ended = False
        self.about_words = _ABOUT_WORDS.search(text) is not None

    def __call__(self, piece: str) -> str:
        if self.ended:
            return piece
        ends = [end for end in (_LABEL.search(piece), self.about_words and _FIRST_SENTENCE_END.search(piece)) if end]
        self.ended = bool(ends)
        head = piece[: min(end.end() if end[0] != "\n" else end.start() for end in ends)] if ends else piece
        start = max(self.at, self.text.find(piece, self.at))
        opens, self.at = start == self.at == 0, start + len(piece)
        closes = self.at == len(self.text)
        return _shortened(head, opens=opens, closes=closes, courtesy=not self.about_words) + piece[len(head) :]


def _shortened(piece: str, *, opens: bool, closes: bool, courtesy: bool) -> str:
    """Walk from phrase to phrase; the piece may open or close the text, or a word may go on in what is protected."""
    kept: list[str] = []
    at = 0
    capital = False
    for match in _table().finditer(piece):
        start, end = match.span()
        before = piece[max(0, start - 40) : start] if start > 40 or not opens else f"\n{piece[:start]}"
        starts = (capital and start == at) or _STARTS.search(before) is not None
        shorter = _said(match, before, piece[end : end + 20], starts=starts, courtesy=courtesy)
        if shorter is None or (not start and not opens) or (end == len(piece) and not closes):
            continue
        kept.append(_with_capital(piece[at:start]) if capital else piece[at:start])
        kept.append(shorter[:1].upper() + shorter[1:] if starts or _shouts(match[0]) else shorter)
        capital = starts and not shorter
        at = end
    kept.append(_with_capital(piece[at:]) if capital else piece[at:])
    return "".join(kept)


def _shouts(phrase: str) -> bool:
    return phrase[0].isupper() and phrase[:2] not in {"I ", "I'", "I\u2019"}


def _said(match: re.Match[str], before: str, after: str, *, starts: bool, courtesy: bool) -> str | None:
    """Return what is said instead of a phrase, or None where the phrase stays."""
    if _NEGATION.search(before) or _NEGATED.match(after):
        return None
    if match["shorter"]:
        return _by_small_letter()[_plain(match[0])]
    if match["sentence"]:
        return "" if starts and courtesy and not _LED_IN.search(before) else None
    if not after[:1].isalpha():
        return None  # what it leads to is protected, and may not begin with a word
    return "" if starts else _within(match, before)


def _within(match: re.Match[str], before: str) -> str | None:
    """Within a sentence only after a comma or "and": "the tool I want you to use" asks for nothing."""
    if not _JOINED.search(before):
        return None
    if match["nothing"]:
        return ""
    return "please " if len(match[0]) > len("please ") and not match[0].startswith("what") else None


def _plain(phrase: str) -> str:
    phrase = " ".join(phrase.replace("\u2019", "'").split())
    return phrase[0].lower() + phrase[1:]


@cache
def _by_small_letter() -> dict[str, str]:
    return {phrase[0].lower() + phrase[1:]: shorter for phrase, shorter in SHORTER.items()}


def _with_capital(rest: str) -> str:
    """Begin with a capital, unless what comes first is no plain word in small letters."""
    word = _NEXT_WORD.match(rest)
    return rest[0].upper() + rest[1:] if word else rest


@cache
def _table() -> re.Pattern[str]:
    """Build one pattern: four named groups of choices, each by its first letter, longer phrases first."""
    swaps = sorted(SHORTER, key=lambda phrase: (-len(phrase), phrase))
    groups = {"nothing": NOTHING, "sentence": SENTENCES, "asking": ASKING, "shorter": swaps}
    choices = {name: _choice(_unbraced(entries)) for name, entries in groups.items()}
    after = {"sentence": r"(?:[.!]+(?:[ \n]+|\Z)|,[ \n]+(?!world)(?=[a-zI]))", "shorter": r"(?![\w'\u2019-])"}
    whole = "|".join(f"(?P<{name}>{choice}{after.get(name, '')})" for name, choice in choices.items())
    return re.compile(rf"(?<![\w'\u2019./@-])(?:{whole})")


def _unbraced(entries: Iterable[str]) -> list[str]:
    """Give every choice that an entry begins with an entry of its own, so that all begin with a letter."""
    plain: list[str] = []
    for entry in entries:
        if not entry.startswith("{"):
            plain.append(entry)
            continue
        depth, cuts = 0, [0]
        for number, char in enumerate(entry):
            depth += (char == "{") - (char == "}")
            if (char == "|" and depth == 1) or not depth:
                cuts.append(number)
            if not depth:
                break
        rest = entry[cuts[-1] + 1 :]
        plain += _unbraced(entry[one + 1 : other] + rest for one, other in pairwise(cuts))
    return plain


def _choice(entries: Iterable[str]) -> str:
    """Choose first by the first letter, in either case, which the engine does without trying each phrase."""
    by_letter: dict[str, list[str]] = {}
    for entry in entries:
        rest = re.escape(entry[1:]).replace(r"\{", "(?:").replace(r"\}", ")").replace(r"\|", "|")
        by_letter.setdefault(entry[0].lower(), []).append(rest.replace(r"\ ", r"[ \n]").replace("'", "['\u2019]"))
    branches = (f"[{letter}{letter.upper()}](?:{'|'.join(rests)})" for letter, rests in sorted(by_letter.items()))
    return f"(?:{'|'.join(branches)})"
