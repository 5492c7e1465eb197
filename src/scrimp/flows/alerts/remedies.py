"""What to do about an alert, in words."""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.store.ledger_queries.window_sums import FaultSum

_BY_STATUS = {
    400: "`scrimp runs errors` prints the rows, with what the provider says of them",
    401: "the key is refused: `scrimp doctor` says which one is used",
    402: "the balance is used up: top it up at the provider, or name another model in the tier",
    403: "the key may not use this model: `scrimp doctor` says which one is used",
    404: "the provider does not know the model: correct its name (`scrimp models`)",
    413: "prompts are too long: --compress focus shortens them, or choose a model with a longer context",
    429: "the provider is asked too often: lower rpm or tpm of the provider, or -j",
}
_SERVER = "the provider is in trouble: name another model beside it in its tier, which takes over"
_NO_REPLY = "the provider cannot be reached, or answers too slowly: check the network, and --timeout"
_OTHER = "`scrimp runs errors` prints the rows, with what the provider says of them"


def share_remedy(since: str) -> str:
    """Return what to do about a model that takes too much."""
    return (
        f"`scrimp cost --since {since} --by task` shows what for, and `scrimp tune advise` for which tasks a cheaper "
        "model may be good enough"
    )


def fault_remedy(faults: Sequence[FaultSum], model: str) -> str:
    """Return how most of a model's calls failed, and what to do about that."""
    if not faults:
        return f"`scrimp doctor` looks at what {model} needs"
    most = max(faults, key=lambda fault: fault.calls)
    how = "without a whole reply" if most.http is None else f"with status {most.http}"
    return f"{most.calls:,} of them {how}; {_remedy(most.http)}"


def _remedy(http: int | None) -> str:
    if http is None:
        return _NO_REPLY
    return _SERVER if http >= 500 else _BY_STATUS.get(http, _OTHER)
