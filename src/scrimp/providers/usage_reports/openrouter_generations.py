"""OpenRouter's word on one call, by the id that the headers of its reply had."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import quote

from scrimp.providers.batches.flow import Exchanges
from scrimp.providers.batches.replies import object_in
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.json_access import count, obj
from scrimp.providers.usage_reports.report import Generation, exact, get
from scrimp.units import MAX_CALL_DOLLARS
from scrimp.values import Usage


def generation(endpoint: Endpoint, reply_id: str) -> Exchanges[Generation | None]:
    """Return what a call cost; None if it is not known, as some seconds after the call."""
    reply = yield get(endpoint, f"/generation?id={quote(reply_id, safe='')}", {})
    if reply.status == 404:
        return None
    data = obj(object_in(reply, endpoint), "data")
    cost = exact(data.get("total_cost"))
    if data.get("is_byok") is True:  # the cost is only the fee
        upstream = exact(data.get("upstream_inference_cost"))
        cost = None if cost is None or upstream is None else cost + upstream
    if cost is None or not 0 <= cost <= MAX_CALL_DOLLARS:
        return None
    usage = Usage(
        input=count(data.get("native_tokens_prompt") or data.get("tokens_prompt")),
        output=count(data.get("native_tokens_completion") or data.get("tokens_completion")),
        cache_read=count(data.get("native_tokens_cached")), reasoning=count(data.get("native_tokens_reasoning")),
    )  # fmt: skip
    return Generation(cost=Decimal(cost), usage=usage)
