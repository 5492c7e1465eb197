"""Find sentences among documents that are rules for the model ("Never promise a refund."), whatever label is above."""

# ruff: noqa: E501 - letters of other scripts, some of which count as two

from __future__ import annotations

import re

from scrimp.compress.instructions.sentence_kinds import has_content
from scrimp.compress.instructions.vocabulary import fold

# How a folded sentence begins that tells somebody what to do; a sentence of a report hardly begins so.
_STARTS = (
    # English
    r"never (?!\w+(?:ed|en)\b|(?:had|have|has|was|were|is|are|did|does|before|again|since|could|would"
    r"|in|a|the)\b)|always (?!\w+(?:ed|s)\b|(?:a|an|the|in|was|were)\b)|(?:do not|don't|don t"
    r"|does not)\b|you(?:'re| are| must| should| may not| will"
    r"| shall| can(?:not|'t)| have to| need to| act| answer| only| never| always)\b|your (?:task|job"
    r"|role|goal|answer|repl|name|tone"
    r"|response|purpose|output)|(?:answer|respond|reply) (?!to the\b)|(?:only|just) (?:use|answer|reply"
    r"|respond|quote|cite|mention|speak|offer"
    r"|rely)\b|use (?:only|the|these|this|no|a|an|at most|your)\b|(?:ignore|disregard|cite|ensure|avoid"
    r"|refuse|decline|remember|escalate"
    r"|make sure|be sure|act as|stick to|hand over|rely on|base your|pretend)\b|be (?:polite|brief"
    r"|concise|kind|calm|friendly|careful|honest"
    r"|clear|helpful|formal)\b|if (?:you|asked|someone|anyone|in doubt|unsure|unclear|(?:the|a"
    r"|any) (?:user|customer|client|caller|question"
    r"|answer|context|documents?|guest|patient|reader|passages?))\b|when (?:you|asked|in doubt"
    r"|answering|(?:the|a) (?:user|customer|client"
    r"|caller|guest|patient))\b|keep (?:your|it|the answer|answers|replies)\b|stay (?:calm|polite|in|on"
    r"|with)\b|under no\b"
    r"|the (?:agent|assistant|model|bot|ai) (?:must|should|may|can|will|shall|never|always)\b|(?:all"
    r"|every|any) (?:answers?|repl(?:y|ies)"
    r"|responses?) (?:must|should|may)|(?:say|tell|give|offer|mention|promise|reveal|disclose|share"
    r"|write|speak)\b[^.]{0,40}\b(?:no|not|nothing"
    r"|only|never)\b|act (?:like|as)|speak (?:in|as|to)\b|write (?:in|your|as|the)\b|(?:users|customers"
    r"|callers) must\b"
    r"|(?:return|output|produce|format|provide|begin|end|start|close) (?:an?|the|only|your|all|it|each|every|with)\b"
    # German
    r"|niemals\b|nie (?:etwas|\w+en\b)|du (?:bist|sollst|musst|darfst|antwortest)\b|sie (?:sind (?:ein"
    r"|der|die|unser)|sollen|mussen|durfen)"
    r"|antworten? |beantworten? |verwenden? |nutzen? (?:sie|nur)|ignorieren? |zitieren? |achten? (?:sie"
    r"|auf|darauf)|beachten? |erfinden? "
    r"|(?:wenn|falls) (?:du|(?:ein|der) (?:kunde|nutzer))\b|immer \w+en\b|(?:versprich|versprechen sie"
    r"|erwahnen?|nennen?|gib|geben sie"
    r"|sagen?|verraten?|stellen?|rede|reden sie|sprich|sprechen sie|schreiben?|mach|machen sie"
    r"|gewahren?)\b[^.]{0,40}\b(?:nie|niemals"
    r"|nicht|keine?\w*|immer|nur)\b|bitte \w+"
    # French
    r"|ne (?:pas )?\w+|n'\w+|toujours \w+e[rz]\b|tu (?:es|dois|ne)\b|vous (?:etes|devez|ne)\b"
    r"|repond(?:s|ez|re) |utilise[rz]? |ignore[rz]? "
    r"|cite[rz]? |si (?:(?:le|un) client|l'utilisateur|tu|vous)\b|veuillez\b|evite[rz]? |reste[rz]? "
    r"|sois |soyez "
    # Spanish, Portuguese and Italian
    r"|(?:nunca|jamas|jamais) (?!l[ae]s? |une? |il |elle |on |je )\w+|siempre \w+[aer]\b"
    r"|sempre \w+[aer]\b|no (?:debes?|deben|prometas?|menciones?|digas?|uses?|utilices?|inventes?"
    r"|reveles?|des|respondas?|hables?|ofrezcas?|compartas?)\b|(?:eres|usted es|debes?|responda?e?"
    r"|conteste?a?|utili[zc][ae]|usa|evit[ae]) "
    r"|si (?:el|un) (?:cliente|usuario)|si no sabes?|por favor|nao (?:prometa|mencione|diga|use|invente"
    r"|revele|responda|fale|ofereca"
    r"|compartilhe|deve)\b|voce (?:e|deve|nao)\b|use (?:apenas|somente)|se (?:o|um) (?:cliente|usuario)"
    r"|se voce\b|evite |non (?:promettere"
    r"|menzionare|dire|usare|inventare|rivelare|rispondere|parlare|offrire|devi|deve)\b|mai \w+"
    r"|sei (?:un|il|l'|la)|devi |rispond[ia] "
    r"|usa |utilizza |se (?:(?:il|un) cliente|l'utente|non sai)\b"
    # Russian
    r"|никогда не \w+(?:те|и|ь)\b|всегда \w+(?:те|и|ь)\b|не \w+(?:аите|яите|ите|аи|яи|ьте)\b|(?:ты"
    r"|вы)\b|отвеча(?:и|ите)\b|ответьте?\b"
    r"|используи(?:те)?\b|если (?:клиент|пользователь|ты|вы)\b|избегаи(?:те)?\b"
    # Arabic and Hindi
    r"|لا ت\w+|لا تقم|انت \w+|عليك|يجب عليك|اجب |استخدم |تجاهل |تجنب |اذا (?:سال|كان العميل|طلب)"
    r"|आप (?:एक|को)|(?:यदि|अगर) (?:ग्राहक|आप|उपयोगकर्ता)"
)
_START = re.compile(
    rf"[\W_]*(?:\d{{1,3}}[.)]\s+)?(?:(?:please|and|but|also|so|note that|important|bitte)[,:]? )*(?:{_STARTS})"
)
_ANYWHERE = re.compile(
    r"\b(?:must (?:never|not)|under (?:any|no) circumstances|auf keinen fall|unter keinen umstanden"
    r"|en aucun cas|en ningun caso|bajo ninguna"
    r"|em hipotese alguma|in nessun caso|ни в коем случае)\b|(?:कभी|हमेशा)[^।]*(?:दें|करें|न |मत)"
    r"|न करें|उत्तर दें|जवाब दें|不要|不得(?!不)|切勿|请勿|禁止"
    r"|绝不|必须|务必|你是|您是|^(?:只能|始终|总是|请)|如果(?:用户|客户|顾客)|決して|ないでください|してはいけ|あなたは|必ず[^。]*(?:ください|こと)"
    r"|(?:顧客|ユーザー|お客様)が[^。]*(?:場合|たら)|(?:答え|回答し|使っ|使用し)て(?:ください|下さい)|하지 마|마세요|마십시오|당신은|항상[^.]*(?:세요|시오)"
    r"|반드시|(?:고객|사용자)[이가] "
)
_SENTENCE = re.compile(
    r"[^\n]*?(?:(?<![\s(]\d)(?<![\s(]\d\d)[.!?\u061f\u0964][\"')\]*]*(?=\s|$)|[\u3002\uff01\uff1f]|$)[^\S\n]*",
    re.MULTILINE,
)
_AFTER_LABEL = re.compile(r"[^.!?:\uff1a\n]{1,30}[:\uff1a]\s*")
_SHORTEST_ORDER = 9  # characters; what is shorter may be an initial
_MANUAL = 0.3  # the share of sentences from which on documents are a manual, whose rules are its own


def rules_in(text: str) -> list[tuple[int, int]]:
    """Return the places of sentences that are rules; in a manual, of those that speak of nothing but answers."""
    sentences = [(match.start(), match.end()) for match in _SENTENCE.finditer(text) if match[0].strip()]
    found = [place for start, end in sentences if (place := _rule(text, start, end))]
    if len(found) <= _MANUAL * len(sentences) or len(sentences) < 5:
        return found
    return [(start, end) for start, end in found if not has_content(text[start:end])]


def begins_with_rule(text: str) -> bool:
    """Return whether the first sentence of a text is a rule, or speaks of nothing but the answer."""
    first = next((match for match in _SENTENCE.finditer(text) if match[0].strip()), None)
    if first is None:
        return False
    says_nothing_else = len(first[0].strip()) >= _SHORTEST_ORDER and not has_content(first[0])
    return says_nothing_else or _START.match(fold(first[0])) is not None


def _rule(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the place of a rule in a sentence: without the label before it; None where it is not a rule."""
    label = _AFTER_LABEL.match(text, start, end)
    for at in (start, *([label.end()] if label and label.end() < end else [])):
        sentence = text[at:end]
        folded = fold(sentence)
        if _START.match(folded) or any(map(_ANYWHERE.search, {folded, sentence})):
            return at, end
    return None
