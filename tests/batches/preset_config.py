"""The configuration of a preset whose batches are those of a server here."""

from __future__ import annotations

from command import Scrimp

_PRICED = '[models."{model}"]\nprice = {{ input = 1.0, output = 10.0 }}\n'


def configure_preset(scrimp: Scrimp, url: str, model: str, more: str = _PRICED) -> None:
    """Have the provider of a model at `url`; `more` of the config may name the model."""
    name = model.partition("/")[0]
    scrimp.env["BATCH_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        f'[providers.{name}]\nbase_url = "{url}"\nkey_env = "BATCH_KEY"\n[batch]\npoll = "0.01s"\n'
        + more.format(model=model)
    )
