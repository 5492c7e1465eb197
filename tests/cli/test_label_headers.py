from __future__ import annotations

import json

from command import Scrimp
from fake_provider import FakeProvider

LABELS = ("--user", "ada", "--route", "triage", "--tag", "team=north")


def test_a_gateway_is_told_of_labels_where_the_config_says_so(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.txt", "one\n")
    assert scrimp("run", "rows.txt", *LABELS).status == 0
    assert not [name for name in provider.headers[-1] if "helicone" in name or "portkey" in name]

    config = (scrimp.home / "config.toml").read_text()
    scrimp.config(config.replace('key_env = "FAKE_KEY"', 'key_env = "FAKE_KEY"\nlabels = "helicone"'))
    scrimp.file("rows.txt", "two\n")
    assert scrimp("run", "rows.txt", *LABELS).status == 0
    headers = provider.headers[-1]
    run = scrimp("cost", "export").rows[-1]["run"]
    assert (headers["helicone-user-id"], headers["helicone-property-team"]) == ("ada", "north")
    assert (headers["helicone-session-id"], headers["helicone-session-name"]) == (run, "triage")
    (shown,) = scrimp("run", "rows.txt", "--cache", "off", *LABELS, "--dry-run").rows
    assert shown["headers"]["helicone-user-id"] == "ada"


def test_the_presets_of_helicone_and_portkey_do_so_by_themselves(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env |= {
        "OPENAI_API_KEY": "sk-a-0123456789",
        "HELICONE_API_KEY": "sk-b-0123456789",
        "PORTKEY_API_KEY": "pk-c-0123456",
    }
    price = "price = { input = 1.0, output = 1.0 }\n"
    scrimp.config(
        f'[providers.helicone-openai]\nbase_url = "{provider.url}"\n[providers.portkey]\nbase_url = "{provider.url}"\n'
        f'[models."helicone-openai/m"]\n{price}[models."portkey/m"]\n{price}'
    )
    helicone = scrimp("ask", "one", "--model", "helicone-openai/m", *LABELS)
    portkey = scrimp("ask", "one", "--model", "portkey/m", *LABELS)

    assert (helicone.status, portkey.status) == (0, 0)
    first, second = provider.headers
    assert (first["helicone-auth"], first["helicone-user-id"]) == ("Bearer sk-b-0123456789", "ada")
    metadata = json.loads(second["x-portkey-metadata"])
    assert (metadata["_user"], metadata["team"]) == ("ada", "north")
