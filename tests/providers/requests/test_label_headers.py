from __future__ import annotations

import json
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.enums import LabelHeaders
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.label_headers import Labels, labeled

OWN = replace(PRESETS["litellm"], headers={})
TEXT = st.text(max_size=40)
LABELS = st.builds(
    Labels, run=st.just("20261129-100000-abcdef"), route=st.none() | TEXT, user=st.none() | TEXT,
    tags=st.dictionaries(TEXT, TEXT, max_size=4),
)  # fmt: skip


@pytest.mark.parametrize("words", ["helicone", "portkey", "litellm"])
@given(labels=LABELS)
def test_any_label_can_be_sent_and_read_back(words: LabelHeaders, labels: Labels) -> None:
    headers = dict(labeled(replace(OWN, labels=words), labels).headers)

    for name, value in headers.items():
        assert value.isascii()
        assert value.isprintable()
        assert name.isascii()
        assert name.replace("-", "").isalnum()
    httpx.Headers(headers)  # which refuses what cannot be sent
    if words == "portkey":
        metadata = json.loads(headers["x-portkey-metadata"])
        said = {**labels.tags, "run": labels.run, "route": labels.route, "_user": labels.user}
        expected = {name: value[:128] for name, value in said.items() if value is not None}
        assert metadata == expected
    elif labels.user is not None:
        name = "helicone-user-id" if words == "helicone" else "x-litellm-end-user-id"
        assert unquote(headers[name]) in (labels.user, unquote(labels.user))


def test_the_words_are_those_of_each_gateway() -> None:
    labels = Labels(run="r-1", route="triage", user="ada", tags={"team name": "north", "Ω": "x"})

    assert labeled(PRESETS["helicone-openai"], labels).headers == {
        "helicone-session-id": "r-1", "helicone-session-name": "triage", "helicone-user-id": "ada",
        "helicone-property-team-name": "north", "helicone-property-route": "triage",
    }  # fmt: skip
    portkey = labeled(PRESETS["portkey"], labels).headers
    assert portkey["x-portkey-trace-id"] == "r-1"
    assert json.loads(portkey["x-portkey-metadata"]) == {
        "_user": "ada", "run": "r-1", "route": "triage", "team name": "north", "Ω": "x",
    }  # fmt: skip
    assert labeled(replace(OWN, labels="litellm"), labels).headers == {
        "x-litellm-session-id": "r-1", "x-litellm-end-user-id": "ada",
        "x-litellm-tags": "route:triage,team name:north,%CE%A9:x",
    }  # fmt: skip


def test_nobody_else_is_told_of_labels_and_headers_of_the_user_go_before_them() -> None:
    labels = Labels(run="r-1", user="ada")
    silent = {name for name, preset in PRESETS.items() if labeled(preset, labels) == preset}

    assert set(PRESETS) - silent == {"helicone-openai", "portkey", "portkey-self-hosted"}
    own = replace(PRESETS["helicone-openai"], headers={"helicone-user-id": "team"})
    assert labeled(own, labels).headers["helicone-user-id"] == "team"
    assert labeled(PRESETS["portkey-self-hosted"], labels).headers["x-portkey-provider"] == "openai"
