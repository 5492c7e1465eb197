from __future__ import annotations

import pytest

from scrimp.config.sources.layers import VENDOR_VARIABLES
from scrimp.config.sources.vendor_variables import ollama_url, vendor_layers
from scrimp.errors import ConfigError


@pytest.mark.parametrize(
    ("host", "url"),
    [
        # As `ollama` reads them (TestHost in envconfig/config_test.go), and called at this machine.
        ("1.2.3.4", "http://1.2.3.4:11434"), ("1.2.3.4:1234", "http://1.2.3.4:1234"),
        (":1234", "http://127.0.0.1:1234"), ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"), ("[::]:8080", "http://127.0.0.1:8080"),
        ("http://1.2.3.4", "http://1.2.3.4:80"), ("https://1.2.3.4", "https://1.2.3.4:443"),
        ("http://1.2.3.4:1234", "http://1.2.3.4:1234"), ("https://example.com/ollama/", "https://example.com:443/ollama"),
        ("example.com", "http://example.com:11434"), ("example.com:66000", "http://example.com:11434"),
        ("example.com:", "http://example.com:11434"), ("[::1]", "http://[::1]:11434"), ("::1", "http://[::1]:11434"),
        ("[2001:db8::1]:90", "http://[2001:db8::1]:90"), ("http://gpu:11434/v1", "http://gpu:11434"),
    ],
)  # fmt: skip
def test_the_host_of_ollama_is_read_as_ollama_reads_it(host: str, url: str) -> None:
    assert ollama_url(host) == f"{url}/v1"


def test_every_variable_that_is_listed_is_obeyed_and_an_empty_one_is_not() -> None:
    assert [name for name, _ in vendor_layers(dict.fromkeys(VENDOR_VARIABLES, "http://h"))] == list(VENDOR_VARIABLES)
    assert list(vendor_layers(dict.fromkeys(VENDOR_VARIABLES, " "))) == []


@pytest.mark.parametrize("value", ["example.com/v1", "file:///etc", "http//x", "user:hunter2@host"])
def test_an_address_that_is_not_a_url_is_named_by_its_variable_without_its_value(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^ANTHROPIC_BASE_URL is not a URL") as raised:
        list(vendor_layers({"ANTHROPIC_BASE_URL": value}))
    assert value not in str(raised.value)


def test_a_header_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"OPENAI_ORG_ID.*cannot be sent"):
        list(vendor_layers({"OPENAI_ORG_ID": "a\nb"}))
