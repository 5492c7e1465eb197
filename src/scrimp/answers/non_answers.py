"""Completions that answer nothing: "I don't know", "N/A", null, a refusal. Two of them do not agree on anything.

Only short texts are looked at: in a long one the first words are not all that is said. Where a word can be either
("unknown" as the answer to a question about unknowns), it counts as no answer: that costs another call, never a wrong
completion. A label among the choices is an answer whatever it says, and so is "none": it says how many there are.
"""

# ruff: noqa: RUF001 - letters of other scripts

from __future__ import annotations

from scrimp.regexes import pattern

_LONGEST = 300  # characters: a refusal and its reason
# Patterns, one a line. Words that are not an answer where they are alone:
_ALONE = r"""
n\.?\s?/?\s?a\.?
null|nil|nan|unknown|undetermined|indeterminate|inconclusive|unclear
(?:no|not) (?:answer|idea|clue|data|information|info|result|sure|certain|known|available|applicable|specified)
not (?:mentioned|stated|provided|given|found|determinable|possible to (?:say|tell|determine))
(?:no|not|insufficient|missing) (?:enough )?(?:information|info|data|context)(?: (?:given|available|provided))?
unbekannt|nicht (?:angegeben|bekannt|bestimmbar|erwähnt)|k\.\s?a\.?
keine (?:angaben?|ahnung|antwort|informationen?)
onbekend|niet (?:bekend|vermeld)|geen idee
inconnue?|non (?:précisée?|mentionnée?|spécifiée?|disponible)|aucune (?:idée|information|réponse)
desconocid[oa]|no (?:especificad[oa]|se sabe|disponible|mencionad[oa])|sin (?:datos|información|respuesta)
desconhecid[oa]|não (?:especificad[oa]|informad[oa]|disponível|mencionad[oa])|sem (?:dados|informação|resposta)
sconosciut[oa]|ignot[oa]|non (?:specificat[oa]|disponibile|not[oa]|menzionat[oa])|nessuna (?:idea|risposta)
неизвестно|неизвестен|неизвестн(?:ый|ая|ы)|не (?:указан[оа]?|известно|знаю)|нет (?:данных|ответа)
nieznan[eya]|nie wiem|bilinmiyor|bilmiyorum|belirtilmemiş
未知|不(?:知道|清楚|明|详|確定|确定)|无法(?:确定|回答|判断|得知)|無法(?:確定|回答)|未(?:提及|提供|说明)
[わ分]かりません|知りません|記載(?:なし|がありません)|알 수 없(?:음|습니다)|모르겠습니다|미상
غير معروفة?|لا أ(?:عرف|علم|دري)|अज्ञात|(?:मुझे )?(?:नहीं पता|पता नहीं)
"""
# How a sentence begins that declines to answer, whatever follows:
_OPENING = r"""
i(?:['’]m| am) (?:not (?:sure|certain|able)|unable|unsure|afraid i|sorry)
i (?:really |honestly )?(?:do not|don['’]?t) (?:know|have|understand)
i (?:can['’]?t|cannot|can not|am unable to|must decline to) (?:help|assist|answer|say|tell|determine|provide|comply)
i (?:can['’]?t|cannot|can not|could not|couldn['’]t|won['’]t|will not) (?:help|assist|give|do|find|fulfil|know|answer)
i (?:must decline|decline|have no (?:idea|answer|information|data|knowledge|access))\b
(?:it |this |the answer )?(?:can['’]?t|cannot|can not|could not|couldn['’]t) (?:be|say|tell|determine|answer|know)\b
(?:can['’]?t|cannot|can not|unable to) (?:help|assist|comply|find)\b
(?:it |this )(?:is|was)(?: not|n['’]t) (?:clear|known|possible to|specified|stated|mentioned|given|provided)
(?:it |this )is (?:unclear|unknown|impossible to)
(?:the )?(?:answer|text|document|passage|context|question)s? (?:is|does|do|was|are) (?:unknown|unclear|not)
(?:unable|impossible|hard|difficult) to (?:say|tell|determine|answer|know)
(?:we |one |you )?(?:do not|don['’]?t|cannot|can['’]t) know|no one knows|nobody knows|dunno|as an ai\b
there (?:is|was) (?:no|not enough|insufficient) (?:answer|information|data|context|mention)
(?:das )?weiß ich nicht|ich weiß (?:es |das )?nicht
(?:das )?kann ich nicht|ich kann (?:das |dir |ihnen |dabei |hier)?(?:\w+ )?nicht
je ne (?:sais|peux|connais)|je suis désol|no (?:lo )?(?:sé|puedo|tengo)\b
não (?:sei|posso|tenho)\b|non (?:lo )?(?:so|posso|ho)\b
я не (?:знаю|могу)|не могу|我(?:不知道|无法|不能|不确定)|ik weet (?:het )?niet|weet ik niet|nie (?:wiem|mogę)
"""
_SORRY = r"""
(?:i['’]?m |i am )?(?:very |so )?sorry|apologies|unfortunately
leider|entschuldigung|lo siento|désolée?|desculpe|mi dispiace|к сожалению|извините|抱歉|对不起
"""


def _alternatives(lines: str) -> str:
    return f"(?:{'|'.join(lines.strip().splitlines())})"


_APOLOGY = rf"{_alternatives(_SORRY)}[,.:;!，。 ]*(?:but )?"
_NO_ANSWER = (
    rf"(?is)\W*(?:{_APOLOGY})?(?:{_alternatives(_ALONE)}\W*|{_alternatives(_OPENING)}.*)|{_APOLOGY}|[?—–\-.…\s]+"
)


def is_non_answer(text: str) -> bool:
    """Return whether a short text says only that there is no answer, or declines to give one."""
    return len(text) <= _LONGEST and pattern(_NO_ANSWER).fullmatch(text) is not None
