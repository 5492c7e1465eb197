"""What modules pass to each other: frozen records without behavior, by what they are of.

They are msgspec structs, not dataclasses: a struct takes a tenth of the time to define (which start-up pays for) and a
fifth to create, and converts to and from JSON without a second definition. Their annotations are evaluated where they
stand, without `from __future__ import annotations`: kept as text, each would be compiled at every start.
"""

from __future__ import annotations

from scrimp.values.calls import (
    CacheMark,
    Call,
    Completion,
    Entry,
    Failure,
    Parameters,
    PromptCache,
    TokenLogprob,
    Usage,
    both_names,
)
from scrimp.values.outcomes import (
    CERTIFIED,
    Answer,
    Answered,
    Attempt,
    AttemptSummary,
    CallUsage,
    Compression,
    ExpectedRow,
    Failed,
    Outcome,
    OutcomeSink,
)
from scrimp.values.parsed_json import Json, JsonObject
from scrimp.values.prompts import Attachment, Message, Prompt, TextSpan, ToldText, ToolCall
from scrimp.values.routes import Chain, ModelRef, Route, RowLimit, RuleCap, Step, TooDear

__all__ = [
    "CERTIFIED", "Answer", "Answered", "Attachment", "Attempt", "AttemptSummary", "CacheMark", "Call", "CallUsage",
    "Chain", "Completion", "Compression", "Entry", "ExpectedRow", "Failed", "Failure", "Json", "JsonObject",
    "Message", "ModelRef", "Outcome", "OutcomeSink", "Parameters", "Prompt", "PromptCache", "Route", "RowLimit",
    "RuleCap", "Step", "TextSpan", "TokenLogprob", "ToldText", "TooDear", "ToolCall", "Usage", "both_names",
]  # fmt: skip
