"""Variables that people have set for other programs: obeyed as the official SDKs obey them, and shown."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import anthropic
import openai
import pytest

from cli.surroundings import BAD_PEM
from command import Scrimp
from fake_provider import FakeProvider, error, fake_provider
from raw_server import refusing_port
from socks_proxy import socks_proxy

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an authority with a certificate of this machine; in `hashed` it stands as OpenSSL looks for it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates")
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "hashed").mkdir()
    new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    own = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE"
    for command in (
        f"{new} -subj /CN=authority -addext subjectAltName=IP:127.0.0.1 -keyout ca.key -out ca.pem",
        f"{new} {own} -CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem",
        f"{new} {own.replace('IP:127.0.0.1', 'DNS:other')} -CA ca.pem -CAkey ca.key -keyout other.key -out other.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    hashing = ["openssl", "x509", "-noout", "-hash", "-in", "ca.pem"]
    name = subprocess.run(hashing, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
    (folder / "hashed" / f"{name}.0").write_bytes((folder / "ca.pem").read_bytes())
    (folder / "hashed" / "README").write_text("no certificate")
    return folder


# Headers that tell about the program that sends, or that each HTTP client writes in its own way.
OF_THE_CLIENT = frozenset((
    "accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent",
))  # fmt: skip

OPENAI = [
    {},
    {"OPENAI_BASE_URL": "/mine/", "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_1"},
    {"OPENAI_CUSTOM_HEADERS": "X-Team: search\n  x-trace :a:b \n\nx-empty:"},
    {"OPENAI_CUSTOM_HEADERS": "Authorization: Bearer gateway-0123456789"},
    {"OPENAI_CUSTOM_HEADERS": "OpenAI-Organization: org-2", "OPENAI_PROJECT_ID": "proj_1"},
    {"OPENAI_CUSTOM_HEADERS": "content-type: application/json; charset=utf-8"},
]
ANTHROPIC = [
    {"ANTHROPIC_AUTH_TOKEN": "tok-0123456789"},
    {"ANTHROPIC_BASE_URL": "/proxy", "ANTHROPIC_AUTH_TOKEN": "tok-0123456789"},
    {"ANTHROPIC_AUTH_TOKEN": "tok-0123456789", "ANTHROPIC_API_KEY": ""},
    {"ANTHROPIC_AUTH_TOKEN": "tok-0123456789", "ANTHROPIC_CUSTOM_HEADERS": "anthropic-beta: a,b\nX-Team: search"},
    {"ANTHROPIC_AUTH_TOKEN": "tok-0123456789", "ANTHROPIC_CUSTOM_HEADERS": "anthropic-version: 2023-06-01"},
    {"ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer gateway-0123456789"},
    {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_CUSTOM_HEADERS": "Authorization: Bearer gateway-0123456789"},
]


def as_sent(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a request that the environment may change."""
    return {
        name: value
        for name, value in headers.items()
        if name not in OF_THE_CLIENT and not name.startswith(("x-stainless-", "x-openai-", "traceparent"))
    }


def set_variables(
    vendor: str, variables: dict[str, str], scrimp: Scrimp, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set the same variables for scrimp and for the SDK in this process; an address is a path at the provider."""
    for name in ("BASE_URL", "ORG_ID", "PROJECT_ID", "CUSTOM_HEADERS", "AUTH_TOKEN", "API_KEY"):
        monkeypatch.delenv(f"{vendor}_{name}", raising=False)
    address = f"{vendor}_BASE_URL"
    base = provider.url if vendor == "OPENAI" else provider.url.removesuffix("/v1")
    for name, value in {**variables, address: base + variables.get(address, "")}.items():
        monkeypatch.setenv(name, value)
        scrimp.env[name] = value
    scrimp.env["SCRIMP_RETRIES"] = "0"


@pytest.mark.parametrize("variables", OPENAI)
def test_openai_is_called_where_and_as_its_own_sdk_calls_it(
    scrimp: Scrimp, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    set_variables("OPENAI", {"OPENAI_API_KEY": KEY, **variables}, scrimp, provider, monkeypatch)
    with openai.OpenAI() as client:
        client.chat.completions.create(model="gpt-6-luna", messages=[{"role": "user", "content": "hi"}])
    ran = scrimp("run", "-", "--model", "openai/gpt-6-luna", "--fields", "output", stdin="hi\n")

    assert (ran.status, ran.rows) == (0, [{"output": "echo: hi"}])
    assert provider.paths[0] == provider.paths[1] == f"/v1{variables.get('OPENAI_BASE_URL', '/')}chat/completions"
    assert as_sent(provider.headers[1]) == as_sent(provider.headers[0])


@pytest.mark.parametrize("variables", ANTHROPIC)
def test_anthropic_is_called_where_and_as_its_own_sdk_calls_it(
    scrimp: Scrimp, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    set_variables("ANTHROPIC", variables, scrimp, provider, monkeypatch)
    with anthropic.Anthropic(max_retries=0) as client, suppress(Exception):  # the reply is none of its dialect
        client.messages.create(model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
    scrimp("run", "-", "--model", "anthropic/claude-opus-5-5", stdin="hi\n")

    assert provider.paths == [f"{variables.get('ANTHROPIC_BASE_URL', '')}/v1/messages"] * 2
    assert as_sent(provider.headers[1]) == as_sent(provider.headers[0])


def test_a_key_of_anthropic_goes_before_a_token_as_in_its_own_sdk(
    scrimp: Scrimp, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = {"ANTHROPIC_AUTH_TOKEN": "tok-0123456789", "ANTHROPIC_API_KEY": KEY}
    set_variables("ANTHROPIC", both, scrimp, provider, monkeypatch)
    scrimp("run", "-", "--model", "anthropic/claude-opus-5-5", stdin="hi\n")

    with anthropic.Anthropic() as client:
        assert client.auth_token is None
    assert (provider.headers[0]["x-api-key"], provider.headers[0].get("authorization")) == (KEY, None)


EFFECTS = [
    ({"OPENAI_BASE_URL": "https://ann:hunter2@llm.example/v1?k=hunter2"}, "openai is called at https://llm.example/v1"),
    ({"OLLAMA_HOST": "gpu"}, "ollama is called at http://gpu:11434/v1"),
    ({"OPENAI_ORG_ID": "org-1"}, "openai is sent the header openai-organization"),
    ({"ANTHROPIC_CUSTOM_HEADERS": "X-A: hunter2\nx-b: 1"}, "anthropic is sent the headers x-a, x-b"),
    ({"ANTHROPIC_BASE_URL": "https://h"}, "no effect: {config} sets providers.anthropic.base_url"),
    ({"ANTHROPIC_AUTH_TOKEN": "hunter2hunter2"}, "its token authorizes calls to anthropic"),
    ({"ANTHROPIC_AUTH_TOKEN": "hunter2hunter2", "ANTHROPIC_API_KEY": KEY}, "no effect: ANTHROPIC_API_KEY goes first"),
    ({"ANTHROPIC_PROFILE": "work"}, "no effect: scrimp does not read it; set ANTHROPIC_API_KEY or"),
    ({"HTTPS_PROXY": "ann:hunter2@p:3128"}, "https addresses are called through http://p:3128"),
    ({"ALL_PROXY": "socks5h://ann:hunter2@p"}, "every address is called through socks5h://p"),
    ({"all_proxy": "p", "http_proxy": "q"}, "every other address is called through http://p"),
    ({"HTTP_PROXY": "p", "http_proxy": "q"}, "no effect: http_proxy goes first"),
    (
        {"ALL_PROXY": "p", "http_proxy": "q", "HTTPS_PROXY": "r"},
        "no effect: each kind of address has a proxy of its own",
    ),
    ({"HTTP_PROXY": "hunter2 x"}, "is not the address of a proxy: write http://HOST:PORT, or unset it"),
    ({"NO_PROXY": "a.com, <local>", "ALL_PROXY": "p"}, "called without a proxy: a.com; no host can match <local>"),
    ({"NO_PROXY": "a.com"}, "no effect: no proxy is set"),
    ({"NO_PROXY": "a.com", "no_proxy": "b.com", "ALL_PROXY": "p"}, "no effect: no_proxy goes first"),
    ({"SSL_CERT_FILE": "/nowhere"}, "names /nowhere, which cannot be read (No such file or directory): correct it"),
    ({"CURL_CA_BUNDLE": "/x", "SSL_CERT_FILE": "/y"}, "no effect: SSL_CERT_FILE goes first"),
    ({"SSL_CERT_DIR": "."}, "names bad.pem, whose certificate 1 cannot be used"),
]


@pytest.mark.parametrize(("variables", "effect"), EFFECTS, ids=[effect for _, effect in EFFECTS])
def test_the_effect_of_a_variable_is_said_where_it_is_shown(
    scrimp: Scrimp, variables: dict[str, str], effect: str
) -> None:
    scrimp.file("bad.pem", BAD_PEM)
    scrimp.config('[providers.anthropic]\nbase_url = "https://mine.example"\n')
    scrimp.env |= {"OPENAI_API_KEY": KEY, **variables}
    doctor, shown = scrimp("doctor"), scrimp("config", "show", "--origin")
    variable, said = next(iter(variables)), effect.format(config=scrimp.home / "config.toml")
    broken = said.startswith(("is not", "names"))

    assert f"{'broken' if broken else 'ok    '} {variable}: {said}" in doctor.out
    assert doctor.status == (2 if "\nbroken" in doctor.out else 0)
    assert any(line.startswith(f"{variable} ") and said in line for line in shown.out.splitlines())
    assert "hunter2" not in doctor.out + doctor.err + shown.out + shown.err


def test_doctor_counts_the_certificates_that_are_trusted(scrimp: Scrimp, certificates: Path) -> None:
    scrimp.env |= {"SSL_CERT_FILE": str(certificates / "ca.pem"), "OPENAI_API_KEY": KEY}
    ran = scrimp("doctor")

    assert f"ok     SSL_CERT_FILE: 1 certificate of {certificates / 'ca.pem'} trusted beside the usual ones" in ran.out
    assert ran.status == 0


def test_a_token_counts_as_a_key_where_models_are_listed(scrimp: Scrimp) -> None:
    scrimp.env["ANTHROPIC_AUTH_TOKEN"] = "tok-0123456789"

    assert "ok     key for anthropic" in scrimp("doctor").out
    assert "no key for anthropic" not in scrimp("config", "check").out


def test_a_provider_whose_key_is_elsewhere_never_gets_the_token(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env |= {"ANTHROPIC_AUTH_TOKEN": "tok-0123456789", "SCRIMP_RETRIES": "0"}
    scrimp.config(f'[providers.anthropic]\nbase_url = "{provider.url}"\nkey_env = "MY_KEY"\n')
    ran = scrimp("ask", "hi", "--model", "anthropic/claude-opus-5-5")

    assert "has a key: set MY_KEY" in ran.err
    assert provider.headers == []


def test_custom_headers_are_shown_nowhere_but_by_name(scrimp: Scrimp, provider: FakeProvider) -> None:
    headers = "X-Corp-Pass: hunter1\nauthorization: Basic hunter2hunter2"
    scrimp.env |= {"OPENAI_BASE_URL": provider.url, "OPENAI_CUSTOM_HEADERS": headers, "SCRIMP_RETRIES": "0"}
    provider.answer = lambda body: error(400, message=f"these are wrong: {headers}")
    model = ("--model", "openai/gpt-6-luna")
    ran = [
        scrimp("config", "show", "--origin"), scrimp("doctor"), scrimp("ask", "hi", *model, "--dry-run"),
        scrimp("ask", "hi", *model), scrimp("run", "-", *model, stdin="hi\n"),
    ]  # fmt: skip

    assert "x-corp-pass" in ran[0].out
    assert len(provider.headers) == 2
    assert all("hunter2" not in each.out + each.err for each in ran)
    assert all("hunter1" not in each.out + each.err for each in ran[:3])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hunter2", "OPENAI_CUSTOM_HEADERS has a line without a colon: write NAME: VALUE on each line, or unset it"),
        ("x-a: b\nhunter2", "has a line without a colon"), (": hunter2", "the header '' cannot be sent"),
        ("x a: hunter2", "the header 'x a' cannot be sent"), ("x-a: caf\u00e9hunter2", "header 'x-a' cannot be sent"),
    ],
)  # fmt: skip
def test_custom_headers_that_cannot_be_sent_are_refused_without_their_value(
    scrimp: Scrimp, text: str, says: str
) -> None:
    scrimp.env |= {"OPENAI_CUSTOM_HEADERS": text, "OPENAI_API_KEY": KEY}
    ran = scrimp("ask", "hi")

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "OPENAI_CUSTOM_HEADERS" in ran.err
    assert says in ran.err
    assert "hunter2" not in ran.err


def test_ollama_is_called_at_its_host(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env["OLLAMA_HOST"] = provider.url.removesuffix("/v1").removeprefix("http://").replace("127.0.0.1", "0.0.0.0")

    assert scrimp("ask", "hi", "--model", "ollama/llama3").out == "echo: hi\n"
    assert provider.paths == ["/v1/chat/completions"]


def test_a_config_file_comes_before_the_variables(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env |= {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": KEY}
    scrimp.config(f'[providers.openai]\nbase_url = "{provider.url}"\n')

    assert scrimp("ask", "hi", "--model", "openai/gpt-6-luna").status == 0


def test_where_a_setting_comes_from_is_shown_without_its_credentials(scrimp: Scrimp) -> None:
    scrimp.env |= {
        "OPENAI_BASE_URL": "https://ann:hunter2@llm.example/v1?token=hunter3", "OPENAI_ORG_ID": "org-1",
        "HTTPS_PROXY": "http://ann:hunter4@proxy.example", "OPENAI_API_KEY": KEY,
    }  # fmt: skip
    shown = scrimp("config", "show", "--origin")
    doctor = scrimp("doctor")

    assert '"https://llm.example/v1"' in shown.out
    assert "OPENAI_BASE_URL" in shown.out
    for ran in (shown, doctor, scrimp("config", "show"), scrimp("config", "check")):
        assert "hunter" not in ran.out + ran.err


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_is_used_but_for_the_hosts_of_no_proxy(scrimp: Scrimp, provider: FakeProvider, variable: str) -> None:
    scrimp.provider("http://provider.test/v1")
    scrimp.env |= {variable: provider.url.removesuffix("/v1"), "NO_PROXY": "127.0.0.1"}

    assert scrimp("ask", "hi").out == "echo: hi\n"
    assert provider.paths == ["http://provider.test/v1/chat/completions"]

    scrimp.provider(provider.url)
    assert scrimp("ask", "direct").out == "echo: direct\n"
    assert provider.paths[1:] == ["/v1/chat/completions"]


def test_an_entry_of_no_proxy_that_no_host_can_match_is_a_warning(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.env |= {"ALL_PROXY": "http://127.0.0.1:9", "NO_PROXY": "<local>,127.0.0.1"}
    ran = scrimp("run", "-", "--fields", "output", stdin="hi\nho\n")

    assert (ran.status, len(ran.rows)) == (0, 2)
    assert ran.err.count("NO_PROXY has '<local>', which no host can match: write a domain, an address or *") == 1


def test_a_proxy_that_cannot_be_reached_is_named_with_its_variable(scrimp: Scrimp) -> None:
    scrimp.provider("http://provider.test:81/v1")
    with refusing_port() as port:
        address = f"127.0.0.1:{port}"
        scrimp.env |= {"http_proxy": f"http://ann:hunter2@{address}", "SCRIMP_RETRIES": "0"}
        ran = scrimp("run", "-", "-q", stdin="hi\n")

    assert ran.status == 4
    assert f"fake could not be reached at http://provider.test:81 through http://{address} (" in ran.out
    assert ": check http_proxy, or name provider.test in NO_PROXY" in ran.out
    assert "hunter2" not in ran.out + ran.err


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "socks4a"])
def test_calls_go_through_a_socks_proxy_with_its_password(scrimp: Scrimp, provider: FakeProvider, scheme: str) -> None:
    port = int(provider.url.rpartition(":")[2].partition("/")[0])
    target = f"127.0.0.1:{port}" if scheme in ("socks4", "socks5") else "provider.test:80"
    scrimp.provider(f"http://{target}/v1")
    with socks_proxy(("127.0.0.1", port)) as proxy:
        user = "ann:p%40ss@" if scheme.startswith("socks5") else ""
        scrimp.env["ALL_PROXY"] = f"{scheme}://{user}127.0.0.1:{proxy.port}"
        ran = scrimp("run", "-", "--fields", "output", stdin="hi\n")

    assert ran.rows == [{"output": "echo: hi"}]
    assert proxy.asked == [(target, "ann:p@ss" if user else "")]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_provider_with_an_authority_of_its_own_is_trusted_as_by_the_sdks(
    scrimp: Scrimp, certificates: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with fake_provider(tls=(certificates / "cert.pem", certificates / "key.pem")) as provider:
        scrimp.provider(provider.url)
        scrimp.env["SCRIMP_RETRIES"] = "0"
        untrusted = scrimp("run", "-", "-q", stdin="hi\n").out
        assert "UnknownIssuer): name a file with the authority of its certificate in SSL_CERT_FILE" in untrusted
        value = f"/nowhere:{certificates / 'hashed'}" if variable == "SSL_CERT_DIR" else str(certificates / "ca.pem")
        scrimp.env[variable] = value
        assert scrimp("run", "-", "-q", stdin="hi\n").status == 0
        if variable.startswith("SSL"):  # the others are curl's, and those of requests
            monkeypatch.delenv("SSL_CERT_FILE", raising=False)
            monkeypatch.setenv(variable, value.removeprefix("/nowhere:"))
            with openai.OpenAI(api_key=KEY, base_url=provider.url) as client:
                client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])


def test_one_bad_certificate_of_a_directory_is_left_out_and_said(
    scrimp: Scrimp, provider: FakeProvider, certificates: Path
) -> None:
    scrimp.provider(provider.url)
    good = (certificates / "ca.pem").read_text()
    for name, text in {"good.pem": good, "bad.pem": BAD_PEM, "again.0": f"# a name\n{good}"}.items():
        scrimp.file(f"authorities/{name}", text)
    scrimp.env |= {"SSL_CERT_DIR": "authorities", "OPENAI_API_KEY": KEY}
    ran, doctor = scrimp("run", "-", "--fields", "output", stdin="hi\n"), scrimp("doctor")

    assert ran.rows == [{"output": "echo: hi"}]
    assert ran.err.count("SSL_CERT_DIR names authorities/bad.pem, whose certificate 1 cannot be used") == 1
    assert "1 certificate of authorities trusted beside the usual ones; 1 cannot be used" in doctor.out


@pytest.mark.parametrize(
    ("file", "says"),
    [("ca", "its certificate is that of an authority: give it one with basicConstraints=CA:FALSE"),
     ("other", "its certificate is not valid: correct it")],
)  # fmt: skip
def test_a_certificate_that_no_server_may_have_is_told_apart(
    scrimp: Scrimp, certificates: Path, file: str, says: str
) -> None:
    with fake_provider(tls=(certificates / f"{file}.pem", certificates / f"{file}.key")) as provider:
        scrimp.provider(provider.url)
        scrimp.env |= {"SCRIMP_RETRIES": "0", "SSL_CERT_FILE": str(certificates / "ca.pem")}

        assert says in scrimp("run", "-", "-q", stdin="hi\n").out


def test_an_unknown_variable_is_a_warning_and_the_run_goes_on(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.env["SCRIMP_MODLE"] = "x"
    ran = scrimp("run", "-", "--fields", "output", stdin="hi\n")

    assert (ran.status, json.loads(ran.out)) == (0, {"output": "echo: hi"})
    assert ran.err.count("SCRIMP_MODLE, which scrimp does not know: did you mean SCRIMP_MODEL?") == 1
