"""What providers say was used, for `scrimp cost reconcile`, by flavour: gateways of the same dialect do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scrimp.providers.batches.flow import Exchanges
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.usage_reports import anthropic_usage, openai_usage
from scrimp.providers.usage_reports.report import UsageReport

Report = Callable[[Endpoint, int, int, tuple[str, ...]], Exchanges[UsageReport]]
REPORTS: Mapping[str, Report] = {"openai": openai_usage.usage_report, "anthropic": anthropic_usage.usage_report}
# The variable with the key of administration, where the config names no other. OpenAI's SDK reads the same one.
ADMIN_KEYS: Mapping[str, str] = {"openai": "OPENAI_ADMIN_KEY", "anthropic": "ANTHROPIC_ADMIN_API_KEY"}
