from __future__ import annotations

import base64
import json
import random
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.compress.checks.encoded_bytes import only_encoded_bytes_omitted
from scrimp.compress.encoded.omit import omit_encoded

PNG = b"\x89PNG\r\n\x1a\n"
PROSE = "The harbour was rebuilt in the spring of 1931, for no less than 40,000 dollars. " * 40


def noise(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def mime(data: bytes, width: int = 76) -> str:
    return "\n".join(textwrap.wrap(b64(data), width))


def dump(data: bytes) -> str:
    """Return what xxd prints."""
    rows = [data[at : at + 16] for at in range(0, len(data), 16)]
    return "\n".join(
        f"{16 * number:08x}: {row.hex(' ', -2)}  {''.join(chr(b) if 32 <= b < 127 else '.' for b in row)}"
        for number, row in enumerate(rows)
    )


KEEP = f"<scrimp:keep>{b64(PNG + noise(900))}</scrimp:keep>"
FENCE = f"```\n{b64(PNG + noise(900))}\n```"
runs = st.builds(
    lambda size, seed, write: write(noise(size, seed)),
    st.integers(100, 1200),
    st.integers(0, 99),
    st.sampled_from(
        [b64, mime, bytes.hex, dump, lambda data: b64(PNG + data), lambda data: base64.urlsafe_b64encode(data).decode(),
         lambda data: f"data:image/jpeg;base64,{b64(data)}", lambda data: mime(PNG + data, 64),
         lambda data: mime(data).replace("\n", "\\n"), lambda data: b64(PNG + data).replace("/", "\\/")]
    ),
)  # fmt: skip
between = st.sampled_from(
    [" ", "\n", "\n\n", '"', "'", "(", ")", "\\n", "\\", ":", '": "', "=", ",", "-", "a", "key: ", "`", "/", "\n--x",
     "<", FENCE, KEEP, "```\n", "0x", "[base64, 3 bytes, left out; the source is intact]", "data:;base64,", "words"]
)  # fmt: skip
texts = st.one_of(
    st.text(st.characters(), max_size=80), st.lists(st.one_of(runs, between, between), max_size=12).map("".join)
)


@given(texts)
def test_nothing_but_encoded_bytes_goes(text: str) -> None:
    assert only_encoded_bytes_omitted(text, omit_encoded(text)) is None


@given(texts)
def test_once_is_as_good_as_twice_and_nothing_gets_longer(text: str) -> None:
    once = omit_encoded(text)

    assert omit_encoded(once) == once
    assert len(once) <= len(text)


values = st.one_of(runs, between, st.text(st.characters(exclude_categories=["Cs"]), max_size=9), st.integers())
records = st.recursive(
    values, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.one_of(runs, st.text(max_size=5)), inner)
)


def shape(value: object) -> object:
    """Return a value with each of its strings as nothing."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    return [shape(inner) for inner in value] if isinstance(value, list) else "" if isinstance(value, str) else value


@given(records, st.sampled_from([None, 2]), st.booleans())
def test_json_stays_json_with_the_same_keys(value: object, indent: int | None, escaped: bool) -> None:
    text = json.dumps(value, indent=indent)
    text = text.replace("/", "\\/") if escaped else text

    assert shape(json.loads(omit_encoded(text))) == shape(value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"See ![a](data:image/png;base64,{b64(PNG + noise(992))}) here.",
         "See ![a]([base64, image/png, 1,000 bytes, ~]) here."),
        (f'{{"a":"{b64(PNG + noise(992))}","n":1.0}}', '{"a":"[base64, image/png, 1,000 bytes, ~]","n":1.0}'),
        (f"<img src='data:image/svg+xml;base64,{b64(b'<svg>' * 99)}'>",
         "<img src='[base64, image/svg+xml, 495 bytes, ~]'>"),
        (f"Content-Transfer-Encoding: base64\n\n{mime(PNG + noise(802))}\n\n--x--",
         "Content-Transfer-Encoding: base64\n\n[base64, image/png, 810 bytes, ~]\n\n--x--"),
        (f"Content-Type: application/pdf; name=key.pdf\n\n{mime(b'%PDF-1.4' + noise(800))}\n",
         "Content-Type: application/pdf; name=key.pdf\n\n[base64, application/pdf, 808 bytes, ~]\n"),
    ],
)  # fmt: skip
def test_a_note_says_what_it_was_and_how_many_bytes(before: str, after: str) -> None:
    assert omit_encoded(before) == after.replace("~", "left out; the source is intact")


KEY = b"\x30\x82\x04\xa3" + noise(1190)
SSH = b"\0\0\0\x07ssh-rsa" + noise(1500)


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        PROSE.replace(" ", "").replace(",", "").replace(".", ""),
        "/".join(["usr", "lib", "python3", "sitePackages", "TestThings42"] * 50),
        "".join(f"get{name}ById{number}" for number in range(80) for name in ("User", "Order", "LineItem")),
        "ACGTTGCA" * 300,
        "\n".join(["ACGTTGCATTAGCCAT" * 4] * 40),
        "\n".join(noise(32, seed).hex() for seed in range(40)),
        "\n".join(b64(noise(48, seed))[:43] for seed in range(40)),
        f"sha512: {noise(64).hex()}",
        f"bytes: {noise(900).hex()}",
        f"bytes: 0x{(PNG + noise(900)).hex().upper()}",
        f"$ xxd a.png\n{dump(PNG + noise(1000))}",
        f'"integrity": "sha512-{b64(noise(64))}"',
        f"const pi = {3**4000}",
        "-" * 5000 + "\n" + "=" * 5000 + "\n" + "/" * 5000,
        "0" * 3000,
    ],
)
def test_what_only_looks_encoded_stays(text: str) -> None:
    assert omit_encoded(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"ssh-rsa {b64(SSH)} ann@example.org",
        f"-----BEGIN PRIVATE KEY-----\n{mime(KEY, 64)}\n-----END PRIVATE KEY-----",
        f"-----BEGIN PGP SIGNATURE-----\n\n{mime(noise(600), 64)}\n-----END PGP SIGNATURE-----",
        f'{{"SessionToken": "{b64(noise(1500))}"}}',
        f"it begins: {b64(KEY)}",
        f"eyJhbGciOiJSUzI1NiJ9.{base64.urlsafe_b64encode(noise(1500)).decode().rstrip('=')}.{b64(noise(1500))}",
        f"-----BEGIN CERTIFICATE-----\n{mime(noise(800), 64)}\n-----END CERTIFICATE-----",
        f"x: {b64(noise(2000))}",
        f"https://example.com/{b64(PNG + noise(900))}",
        f"https://example.com/?a={b64(PNG + noise(900))}",
        f"a,{b64(PNG + noise(900))},b",
    ],
)
def test_keys_tokens_signatures_addresses_and_bare_cells_stay(text: str) -> None:
    assert omit_encoded(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"data:text/plain;base64,{b64(PROSE.encode())}",
        f"it says {b64(PROSE.encode())}",
        f"powershell -EncodedCommand {b64(PROSE.encode('utf-16-le'))}",
        f"url(data:image/svg+xml;base64,{b64(b'<svg><text>Not for sale</text></svg>' * 9)})",
        mime("\u6865\u4e8e1931\u5e74\u5efa\u6210\u3002".encode() * 99),
    ],
)
def test_text_in_letters_of_its_own_stays_for_a_model_may_read_it(text: str) -> None:
    assert omit_encoded(text) == text


@pytest.mark.parametrize("text", [KEEP, FENCE, f"run `x {b64(PNG + noise(900))}`", f"~~~\n{mime(PNG + noise(900))}"])
def test_code_and_what_is_marked_stay(text: str) -> None:
    assert compress(text, "tidy", told=[(0, len(text))]).text == text


def test_a_key_of_an_object_stays() -> None:
    text = json.dumps({b64(PNG + noise(900)): 1})

    assert omit_encoded(text) == text


def test_a_word_below_the_last_line_stays() -> None:
    assert omit_encoded(f"{mime(PNG + noise(562))}\nDone\n").endswith("left out; the source is intact]\nDone\n")


NOTE = "[base64, image/png, 1,000 bytes, left out; the source is intact]"
RUN = b64(PNG + noise(992))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"a {RUN} b", f"a {NOTE} c"),
        (f"a {RUN} b", f"a {NOTE}"),
        (f"a {RUN} b", f"A {NOTE} b"),
        (f"a {RUN} b", f"a {NOTE.replace('1,000', '999')} b"),
        (f"a {RUN} b", f"a {NOTE.replace('1,000', '1,001')} b"),
        (f"a {RUN} b", f"a {NOTE.replace('png', 'jpeg')} b"),
        (f"a {RUN.encode().hex()} b", f"a {NOTE} b"),
        (f"a {RUN} b", f"a {RUN[:40]}{NOTE} b"),
        (f"a {RUN} b", "a  b"),
        (f"a {b64(b'words ' * 99)} b", f"a {NOTE.replace(', image/png, 1,000', ', 594')} b"),
        (f"a {b64(noise(1000))} b", f"a {NOTE.replace(', image/png', '')} b"),
        (f"a data:x/y;base64,{b64(noise(1000))} b", f"a {NOTE.replace('image/png', 'x/y')} b"),
        (f'{{"{RUN}": 1}}', f'{{"{NOTE}": 1}}'),
        (f"a {b64(PNG + noise(52))} b", f"a {NOTE.replace('1,000', '60')} b"),
    ],
)
def test_the_check_names_what_else_is_gone_or_said_wrongly(before: str, after: str) -> None:
    assert only_encoded_bytes_omitted(before, after) is not None


@pytest.mark.parametrize(
    "text",
    ["a" * 3_000_000, "\\/" * 1_500_000, "\\n" * 1_500_000, ("a" * 199 + " ") * 15_000, "data:;base64," * 200_000,
     ("a" * 76 + "\n") * 40_000, "00000000: " * 300_000, "[base64, " * 300_000],
)  # fmt: skip
def test_long_lines_are_no_trap(text: str) -> None:
    assert omit_encoded(text) == text
