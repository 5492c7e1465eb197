from __future__ import annotations

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from outcomes import answer
from scrimp.store.encoding.journal_records import BegunCall, decode_records, encode_record
from scrimp.store.encoding.packed_json import unpacked
from scrimp.store.encoding.stored_answer import stored_answer
from scrimp.values import Answer, Compression, Entry, Usage

# What rows that were stored without these fields are read with, now and in years.
DEFAULTS = {
    "called_as": None, "parsed": None, "tier": None, "chain": None, "escalated": False, "confidence": None, "why": "",
    "usage": None, "cost": None, "price": None, "estimated": False, "compressed": None, "attempts": 1, "baseline": None,
    "baseline_cost": None, "compression_saved": None, "climb": (), "raw": None, "choice": "routing",
    "baseline_estimated": False, "compared_cost": None, "calls": (), "effort": None,
}  # fmt: skip
COMPRESSED = {"estimated": False, "rules": (), "note": "", "version": "", "keep": None, "why": ""}

compressions = st.builds(
    Compression, before=st.integers(0, 9), after=st.integers(0, 9), level=st.sampled_from(["off", "tidy"]),
    estimated=st.booleans(), rules=st.sampled_from([(), ("a", "b")]), note=st.text(max_size=2), why=st.text(max_size=2),
    keep=st.none() | st.just(0.5),
)  # fmt: skip
answers = st.builds(
    Answer, output=st.text(max_size=5), model=st.text(max_size=3), provider=st.just("p"), finish_reason=st.just("stop"),
    parsed=st.none() | st.just({}) | st.just([]) | st.just({"a": None}) | st.booleans() | st.just(0),
    escalated=st.booleans(), confidence=st.none() | st.sampled_from([0.0, 0.5]), why=st.text(max_size=2),
    usage=st.none() | st.just(Usage()) | st.just(Usage(input=3)), cost=st.none() | st.just(Decimal(0)),
    compressed=st.none() | compressions, attempts=st.integers(0, 3), raw=st.none() | st.just(""),
)  # fmt: skip


@given(answers)
def test_an_answer_is_read_as_it_was_stored(kept: Answer) -> None:
    read = msgspec.json.decode(unpacked(b"k", stored_answer(b"k", kept)), type=Answer)

    assert read == kept
    assert type(read) is Answer


def test_the_defaults_that_stored_rows_rely_on_are_what_they_were() -> None:
    plain = Answer(output="x", model="m", provider="p", finish_reason="stop")
    compressed = Compression(before=2, after=1, level="tidy")

    assert {name: value for name, value in asdict(plain).items() if name in DEFAULTS} == DEFAULTS
    assert {name: value for name, value in asdict(compressed).items() if name in COMPRESSED} == COMPRESSED


def test_a_record_of_the_journal_says_nothing_of_what_is_as_it_is_by_default() -> None:
    begun = Entry(call="c1", run="r", time=1.5, provider="p", model="m", status="lost", seconds=0.0, key="ab" * 32)
    record = encode_record(BegunCall(begun))

    assert decode_records(record) == ([BegunCall(begun)], 0)
    assert b"null" not in record


def test_what_is_as_it_is_by_default_takes_no_room() -> None:
    compressed = Compression(before=2, after=1, level="tidy")
    kept = replace(answer("x"), compressed=compressed, usage=None, cost=None, price=None)
    stored = msgspec.json.decode(unpacked(b"k", stored_answer(b"k", kept)))

    assert stored["compressed"] == {"before": 2, "after": 1, "level": "tidy"}
    assert set(stored) & set(DEFAULTS) <= {name for name in DEFAULTS if getattr(kept, name) != DEFAULTS[name]}
