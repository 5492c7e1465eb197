"""The number a short text states, written in the one form that makes equal numbers equal texts."""

from __future__ import annotations

import re
from math import gcd

from scrimp.regexes import pattern

_SCALES = {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "mn": 6, "bn": 9,
}  # fmt: skip
_VULGAR_FRACTIONS = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8",
    "⅞": "7/8",
}  # fmt: skip
_THOUSANDS_SEPARATORS = dict.fromkeys(map(ord, "\u00a0\u2009\u202f'’"), "_")
_TYPESET_SIGNS = {ord("−"): "-", ord("–"): "-", ord("⁄"): "/"}
_MAX_DIGITS = 40  # digits or powers of ten: larger numbers are not read
_WORD = r"[^\W\d_]+(?:[-/.'][^\W\d_]+)*\.?"
# Units that may be attached to the number; other letters could be a name, as in "flat 12b".
ATTACHED_UNITS = r"(?:[kcm]?m|[km]?gs?|kgs|[cm]?l|lbs?|oz|ft|mph|km/?h|hrs?|mins?|secs?|[kmgt]b|k?wh?|[kmg]?hz|usd|eur)"
_NOT_UNITS = frozenset(("am", "pm", "ad", "bc", "ce", "bce"))  # part of the answer, not what is counted
_NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


_DECIMAL = (
    r"\d{1,3}(?:[,_]\d{2,3})*[,_]\d{3}(?!\d)(?:\.\d+)?"  # 1,234.5 and 1,00,000
    r"|\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d)|\d+,\d{1,2}(?!\d)"  # 1.234,5 and 12,5
    r"|\d*\.\d+|\d+\.?"
)
_NUMBER = (
    r"(?i)(?:(?:about|approximately|approx\.?|around|roughly|exactly|only|a total of|total|=|≈|~|x\s*=)\s*)*"
    r"(?P<sign>[-+])?\s*(?:[$€£¥₹]|usd|eur|gbp|us\$)?\s*(?P<minus>-)?"
    rf"(?P<number>{_DECIMAL})"
    r"(?:\s?(?:e|[x×*]\s?10\^?)\{?(?P<power>[-+]?\d{1,3})\}?(?!\w))?"
    r"(?:(?P<whole>\s+(?:and\s+)?(?P<numerator>\d{1,9})/(?P<denominator>\d{1,9}))|\s?/\s?(?P<divisor>\d{1,9})(?![\d/.,]))?"
    rf"\s*(?:(?P<scale>{'|'.join(_SCALES)})|{ATTACHED_UNITS}|st|nd|rd|th)?(?!\w)"
    r"\s?(?:%|\\%|°|[$€£¥₹])?"
    rf"(?:\s*/?\s*(?P<unit>{_WORD})(?:\s+{_WORD}){{0,3}})?[²³]?\s*[.!]?"
)


def is_plain_integer(text: str) -> bool:
    """Return whether a text is an integer as it is written here: most numbers are, and need not be read."""
    return text.isdecimal() and text.isascii() and len(text) <= _MAX_DIGITS and (text[0] != "0" or text == "0")


def number_in(text: str) -> str | None:
    """Return the number a short text states, without its unit; None if there are two, or anything else next to it.

    A currency, a percent sign and up to four words of unit say what the number counts, which the prompt has settled
    already: "$18", "18.00" and "18 dollars" are 18. A scale is part of the number: "1.5 million" is 1500000. A name is
    not a number: "12 Angry Men" and "12 Monkeys" must not agree.
    """
    if not text or len(text) > 120:
        return None
    if is_plain_integer(text):
        return text
    if text[0].isalpha():
        text = _in_digits(text)
        if text.isalpha():
            return None
    if not text.isascii():
        text = _typed(text)
    match = pattern(_NUMBER).fullmatch(
        text.translate(_THOUSANDS_SEPARATORS) if not text.isascii() or "'" in text else text
    )
    if match is None or (match["unit"] and not _is_unit(match["unit"])):
        return None
    return _normalized(match)


def _typed(text: str) -> str:
    """Write the signs and fractions of print as they are typed."""
    text = text.translate(_TYPESET_SIGNS)
    for sign, written in _VULGAR_FRACTIONS.items():
        if sign in text:
            head, _, tail = text.partition(sign)
            text = f"{head.rstrip()} {written}{tail}".strip()
    return text


def _in_digits(text: str) -> str:
    """Write a number word at the beginning of a text, "three" or "twenty-five eggs", in digits."""
    word, space, rest = text.partition(" ")
    tens, _, ones = word.rstrip(".").lower().partition("-")
    if tens not in _NUMBER_WORDS or (ones and not (_NUMBER_WORDS[tens] > 19 and 0 < _NUMBER_WORDS.get(ones, 0) < 10)):
        return text
    return f"{_NUMBER_WORDS[tens] + _NUMBER_WORDS.get(ones, 0)}{space}{rest}"


def _is_unit(word: str) -> bool:
    if word.replace(".", "").lower() in _NOT_UNITS:
        return False
    word = word.partition("/")[0]
    return word[0].islower() or len(word) < 3 or (len(word) < 5 and word.isupper()) or not word.isascii()


def _normalized(match: re.Match[str]) -> str | None:
    number, scaled = match["number"], match["power"] or match["scale"] or match["whole"] or match["divisor"]
    negative = (match["sign"] == "-") != bool(match["minus"])
    if not scaled and number.isdecimal() and len(number) <= _MAX_DIGITS:
        return str(-int(number) if negative else int(number))  # as most are
    digits, places = _parse_decimal(number)
    power = int(match["power"] or 0) + _SCALES.get((match["scale"] or "").lower(), 0) - places
    if len(number) > _MAX_DIGITS or abs(power) > _MAX_DIGITS:
        return None
    numerator, denominator = digits * 10 ** max(power, 0), 10 ** max(-power, 0)
    if match["whole"]:
        parts = int(match["denominator"])
        numerator, denominator = numerator * parts + int(match["numerator"]) * denominator, denominator * parts
    elif match["divisor"]:
        denominator *= int(match["divisor"])
    if denominator == 0:
        return None
    return _fraction_text(-numerator if negative else numerator, denominator)


def _parse_decimal(number: str) -> tuple[int, int]:
    """Return the digits as an integer and how many of them are behind the point."""
    number = number.replace("_", "")
    comma, point = number.rfind(","), number.rfind(".")
    if comma > point and (point >= 0 or len(number) - comma - 1 != 3 or number.startswith("0,")):
        number = number.replace(".", "").replace(",", ".")  # 1.234,5 as in much of the world
    whole, _, part = number.replace(",", "").partition(".")
    return int((whole + part) or "0"), len(part)


def _fraction_text(numerator: int, denominator: int) -> str:
    """Return a fraction in lowest terms: a decimal where it is finite, else as in "1/3"."""
    divisor = gcd(numerator, denominator)
    numerator, denominator = numerator // divisor, denominator // divisor
    sign, numerator = ("-", -numerator) if numerator < 0 else ("", numerator)
    rest, twos, fives = denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{sign}{numerator}/{denominator}"
    places = max(twos, fives)
    digits = str(numerator * 10**places // denominator).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
