"""The small words that the level dense may drop, by language, with conditions on their neighbors.

A word is listed only if the sentence means the same without it. So there is no copula and no tense ("is", "was",
"will"), no modal, no preposition, no "just" and no "very" (a scale has "satisfied" and "very satisfied"), no "one".
The articles of German say who does what to whom, but for "die" and "das", which are subject and object alike; French,
Spanish, Italian and Portuguese write some pronouns like articles, which after the prepositions named here they are not.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct


class Neighbors(Struct, frozen=True):
    """Conditions on the lowercase neighbors of a droppable word: `after` and `before` are required if given.

    Neighbors are the nearest words that are not droppable themselves, so that dropping one word does not affect others.
    """

    after: frozenset[str] | None = None
    before: frozenset[str] | None = None
    not_after: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()
    noun: bool = False  # German: a capitalized word follows, and no comma precedes, as it would a relative pronoun


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that follow an article only if it is mentioned rather than used ("the of is bold"), or if a letter is a name
# ("point a is").
_JOINTS = _set(
    "and or nor but of to in on at by for from with into onto over under than as if then so is are was were be been am"
    " has have had do does did will would can could may might must shall should that which who whom whose when where"
    " while because not no only until unless without before after about between through during via per vs"
)
_PRONOUNS = _set("i you he she it we they me him her us them this these those there")
# "a day" is per day, "a third" and "a hundred" are numbers, "a few" is more than "few".
_MEASURES = _set(
    "day week month year hour minute second decade century night quarter head piece pop share pound kilo kilogram gram"
    " litre liter gallon barrel ounce ton tonne mile metre meter person time half third fourth fifth sixth seventh"
    " eighth ninth tenth hundredth thousandth hundred thousand million billion trillion dozen score couple few little"
    " lot bit number fraction majority minority maximum minimum single"
)
_VERBS_OF_LETTERS = _set("denotes equals divides represents stands holds becomes gives goes means lies plus minus")
_LETTERED = _set(
    "vitamin option plan class grade hepatitis group type part section step figure table point answer choice team"
    " variant version letter variable constant value node vector matrix column row appendix annex exhibit item let"
    " influenza serotype series schedule category tier"
)
# "the more the better" is a measure, too.
_DEGREES = _set("more less better worse former latter then few little")
_SAYING = _set(
    "say says said saying know knows knew known think thinks thought believe believes believed show shows showed shown"
    " report reports reported note notes noted ensure ensures ensured mean means meant suggest suggests suggested claim"
    " claims claimed argue argues argued state states stated assume assumes assumed hope hopes hoped indicate indicates"
    " indicated realize realizes realized realise realised conclude concludes concluded announced announce announces"
)
_ENGLISH = {
    "the": Neighbors(not_before=_JOINTS | _PRONOUNS | _DEGREES),
    "a": Neighbors(not_after=_LETTERED, not_before=_JOINTS | _PRONOUNS | _MEASURES | _VERBS_OF_LETTERS),
    "an": Neighbors(not_before=_JOINTS | _PRONOUNS | _MEASURES),
    "that": Neighbors(after=_SAYING, not_before=_JOINTS),
    **dict.fromkeys(["has", "have"], Neighbors(not_after=_set("there"), before=_set("been"))),
    **dict.fromkeys(["is", "are"], Neighbors(not_after=_set("there"), before=_set("being able likely going"))),
    **dict.fromkeys(["also", "really", "actually", "literally", "obviously", "indeed"], Neighbors(not_before=_JOINTS)),
}
_GERMAN = {
    **dict.fromkeys(["die", "das"], Neighbors(noun=True)),
    **dict.fromkeys(["eigentlich", "sozusagen", "gewissermaßen", "übrigens", "bekanntlich"], Neighbors()),
}
_FRENCH = dict.fromkeys(
    ["le", "la", "les"],
    Neighbors(after=_set("dans sur sous avec selon entre vers contre depuis pendant chez parmi malgr\u00e9 d\u00e8s")),
)
_SPANISH = {
    **dict.fromkeys(
        ["la", "los", "las"],
        Neighbors(
            after=_set("de a en con por para sobre entre desde hasta seg\u00fan contra durante tras hacia"),
            not_before=_set("que cual cuales de del"),
        ),
    ),
    "el": Neighbors(not_before=_set("que cual de del")),
}
_PORTUGUESE = dict.fromkeys(
    ["o", "a", "os", "as"],
    Neighbors(
        after=_set("com sobre entre at\u00e9 desde durante contra segundo ap\u00f3s mediante perante"),
        not_before=_set("que qual quais de do da dos das"),
    ),
)
_ITALIAN = {
    **dict.fromkeys(
        ["lo", "la", "le", "gli"],
        Neighbors(
            after=_set("con per tra fra verso durante dopo secondo contro presso mediante"),
            not_before=_set("pi\u00f9 quale quali"),
        ),
    ),
    "il": Neighbors(not_before=_set("che quale pi\u00f9")),
}

DROPPABLE: dict[str, dict[str, Neighbors]] = {
    "en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH, "pt": _PORTUGUESE, "it": _ITALIAN,
}  # fmt: skip
ALL_DROPPABLE = frozenset(word for words in DROPPABLE.values() for word in words)

_COMMON = {
    "en": """of to and in it for you on with as this be was from or by at an not we can could would will my your if what
    which how do should there their they but been so more about any when who all these them he she his her our no than
    then into were had its one other may must only first two over after between during where while through""",
    "de": """der den dem des und ist nicht ein eine einen einem einer zu von mit auf f\u00fcr im sich als wird
    werden bei nach wurde aus durch sind oder \u00fcber am wie vor zur zum um war haben hat noch nur kann diese dieser
    dieses wenn aber unter zwischen ich wir sie""",
    "fr": """et est une un du des dans pour par que qui pas au aux ce cette ces sur avec sont plus ou se sa son ses il
    elle ils elles nous vous leur mais comme ont \u00e9t\u00e9 \u00eatre fut entre selon lors tout tous""",
    "es": """y en del un una por con para que es su sus al como m\u00e1s se fue pero este esta son entre cuando muy sin
    sobre tambi\u00e9n hasta desde ser ha era dos donde todo""",
    "pt": """e em do da dos das um uma por com para que \u00e9 n\u00e3o no na nos nas ao se mais como foi mas seu sua
    pelo pela s\u00e3o ser tem entre quando muito j\u00e1 tamb\u00e9m at\u00e9""",
    "it": """e di che \u00e8 un una per con non del della dei delle dello degli in da al alla nel nella si sono come
    pi\u00f9 anche ma questo questa fu ha tra suo sua dal dalla sul sulla essere""",
}
# Words that negate or restrict: those of `facts`, and two next to which an article marks a contrast.
NEGATIONS = _set(
    """no not never none nothing nobody nowhere neither nor without unless except excluding only cannot hardly
    barely scarcely dont doesnt didnt isnt wont cant shouldnt instead rather
    nicht kein keine keinen keinem keiner keines nie niemals ohne au\u00dfer weder nichts nur
    pas jamais sans sauf aucun aucune ni rien seulement nunca sin tampoco excepto jam\u00e1s s\u00f3lo non mai senza
    n\u00e3o nem sem niet geen nooit zonder bez
    \u043d\u0435 \u043d\u0435\u0442 \u043d\u0438 \u0431\u0435\u0437 \u043d\u0438\u043a\u043e\u0433\u0434\u0430"""
)

_SHARED = Counter(word for words in _COMMON.values() for word in words.split())
SMALL_WORD, NEGATION = "small word", "negation"
# The class of a word: the language it is common in, if only one; or a small word; or a negation.
WORD_CLASS = {
    **{word: language for language, words in _COMMON.items() for word in words.split() if _SHARED[word] == 1},
    **dict.fromkeys(ALL_DROPPABLE, SMALL_WORD),
    **dict.fromkeys(NEGATIONS, NEGATION),
}
