"""Whole replies of batch APIs, by flavour of provider: a batch, a page of the list with it, lines of results."""

from __future__ import annotations

from collections.abc import Mapping

from scrimp.values import Json, JsonObject

OPENAI_BATCH: JsonObject = {
    "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": "file-1",
    "completion_window": "24h", "status": "completed", "created_at": 1_700_000_001, "expires_at": 1_700_086_401,
    "output_file_id": "file-2", "error_file_id": "", "request_counts": {"total": 3, "completed": 2, "failed": 1},
    "usage": {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14},
    "errors": {"object": "list", "data": [{"code": "url_mismatch", "line": 2, "message": "no", "param": "url"}]},
    "metadata": {"scrimp_shard": "b1-01"},
}  # fmt: skip
ANTHROPIC_BATCH: JsonObject = {
    "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended",
    "request_counts": {"processing": 0, "succeeded": 2, "errored": 1, "canceled": 1, "expired": 1},
    "created_at": "2023-11-14T22:13:30Z", "expires_at": "2023-11-15T22:13:30+00:00", "archived_at": None,
    "ended_at": "2023-11-14T23:00:00Z", "cancel_initiated_at": None,
    "results_url": "https://elsewhere.example/results",
}  # fmt: skip
MISTRAL_JOB: JsonObject = {
    "id": "job-1", "object": "batch", "input_files": ["file-1"], "endpoint": "/v1/chat/completions", "model": "m-1",
    "status": "SUCCESS", "created_at": 1_700_000_001, "started_at": 1_700_000_002, "completed_at": 1_700_000_003,
    "total_requests": 3, "completed_requests": 3, "succeeded_requests": 2, "failed_requests": 1,
    "output_file": "file-2", "error_file": "file-3", "errors": [{"message": "no", "count": 1}],
    "metadata": {"scrimp_shard": "b1-01"},
}  # fmt: skip
TOGETHER_BATCH: JsonObject = {
    "id": "batch-1", "status": "COMPLETED", "endpoint": "/v1/chat/completions", "input_file_id": "file-1",
    "file_size_bytes": 10, "created_at": "2023-11-14T22:13:30Z", "job_deadline": "2023-11-15T22:13:30Z",
    "completed_at": "2023-11-14T23:00:00Z", "error": None, "output_file_id": "file-2", "error_file_id": "file-3",
    "progress": 100.0, "model_id": "m-1", "user_id": "u-1",
}  # fmt: skip
GEMINI_BATCH: JsonObject = {
    "name": "batches/1", "done": True, "response": {"responsesFile": "files/batch-1"},
    "metadata": {
        "model": "models/m-1", "displayName": "b1-01", "state": "BATCH_STATE_SUCCEEDED", "name": "batches/1",
        "createTime": "2023-11-14T22:13:30.045123456Z", "endTime": "2023-11-14T23:00:00Z",
        "output": {"responsesFile": "files/batch-1"}, "inputConfig": {"fileName": "files/1"},
        "batchStats": {"requestCount": "3", "successfulRequestCount": "2", "failedRequestCount": "1"},
    },
}  # fmt: skip
_LINES: tuple[Json, ...] = (
    {"id": "r1", "custom_id": "a", "response": {"status_code": 200, "request_id": "r", "body": {}}, "error": None},
    {"id": "r2", "custom_id": "b", "response": None, "error": {"type": "batch_expired", "message": "m", "param": None}},
    {
        "id": "r3", "custom_id": "c", "response": None,
        "error": {"type": "error", "message": "m", "param": None, "error_type": "rate_limit_exceeded"},
    },
)  # fmt: skip
OPENROUTER_BATCH: JsonObject = {
    "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions", "model": "m-1", "completion_window": "24h",
    "status": "completed", "created_at": 1_700_000_001, "expires_at": 1_700_086_401, "finalized_at": 1_700_000_900,
    "provider": "openai", "request_counts": {"total": 2, "completed": 1, "failed": 1}, "error": None,
    "results": list(_LINES),
    "usage": {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14, "cost": 0.0012, "is_byok": False},
}  # fmt: skip
XAI_BATCH: JsonObject = {
    "batch_id": "batch_1", "name": "b1-01", "create_time": "2023-11-14T22:13:30Z", "expire_time": "2023-12-14T22:13:30Z",
    "create_api_key_id": "k", "cancel_time": None, "cancel_by_xai_message": None, "input_file_id": "file-1",
    "state": {"num_requests": 3, "num_pending": 0, "num_success": 2, "num_error": 1, "num_cancelled": 0},
}  # fmt: skip
XAI_PAGE: JsonObject = {
    "results": [
        {"batch_request_id": "a", "batch_result": {"response": {"chat_get_completion": {"choices": []}}}},
        {"batch_request_id": "b", "batch_result": {"error": {"code": 3, "message": "no"}}},
        {"batch_request_id": "c", "error_message": "no"},
    ],
    "pagination_token": "p=1",
}  # fmt: skip
FIREWORKS_JOB: JsonObject = {
    "name": "accounts/me/batchInferenceJobs/scrimp-1", "displayName": "b1-01", "state": "JOB_STATE_COMPLETED",
    "status": {"code": "OK", "message": ""}, "model": "m-1", "inputDatasetId": "accounts/me/datasets/in",
    "outputDatasetId": "accounts/me/datasets/out", "createTime": "2023-11-14T22:13:30.045123Z",
    "expireTime": "2023-11-15T22:13:30Z", "inferenceParameters": {"extraBody": "{}"},
    "jobProgress": {
        "percent": 100, "totalInputRequests": 1, "totalProcessedRequests": 3, "successfullyProcessedRequests": 2,
        "failedRequests": 1, "outputRows": 3, "inputTokens": 10, "outputTokens": 4, "cachedInputTokenCount": 0,
    },
}  # fmt: skip
_ACCOUNTS: JsonObject = {"accounts": [{"name": "accounts/me", "email": "me@example.com"}]}

_FILE: tuple[Json, ...] = (
    {"custom_id": "a", "response": {"status_code": 200, "request_id": "r", "body": {}}, "error": None},
    {"custom_id": "b", "response": None, "error": {"code": "batch_expired", "message": "too late"}},
)
# The replies to each operation, and lines of a file of results.
REPLIES: Mapping[str, Mapping[str, tuple[Json, ...]]] = {
    "openai": {
        "upload": ({"id": "file-1"},), "create": (OPENAI_BATCH,), "look_up": (OPENAI_BATCH,), "cancel": (OPENAI_BATCH,),
        "find": ({"data": [OPENAI_BATCH], "has_more": True}, {"data": [OPENAI_BATCH], "has_more": False}),
        "read": _FILE,
    },
    "mistral": {
        "upload": ({"id": "file-1"},), "create": (MISTRAL_JOB,), "look_up": (MISTRAL_JOB,), "cancel": (MISTRAL_JOB,),
        "find": ({"data": [MISTRAL_JOB], "total": 101}, {"data": [MISTRAL_JOB], "total": 101}),
        "read": _FILE,
    },
    "together": {
        "upload": ({"id": "file-1"},), "create": ({"job": TOGETHER_BATCH, "warning": None},),
        "look_up": (TOGETHER_BATCH,), "find": ([TOGETHER_BATCH],), "cancel": (TOGETHER_BATCH,), "read": _FILE,
    },
    "gemini": {
        "upload": ({}, {"file": {"name": "files/1"}}), "create": (GEMINI_BATCH,), "look_up": (GEMINI_BATCH,),
        "cancel": ({},),
        "find": ({"operations": [GEMINI_BATCH], "nextPageToken": "n"}, {"operations": [GEMINI_BATCH]}),
        "read": (
            {"key": "a", "response": {"candidates": []}}, {"key": "b", "error": {"code": 8, "message": "m"}},
        ),
    },
    "openrouter": {
        "create": (OPENROUTER_BATCH,), "look_up": (OPENROUTER_BATCH,),
        "find": (
            {"data": [OPENROUTER_BATCH], "has_more": True, "last_id": "b"},
            {"data": [OPENROUTER_BATCH], "has_more": False, "last_id": "b"},
        ),
        "read": (OPENROUTER_BATCH, {"object": "list", "data": list(_LINES), "has_more": True, "next_cursor": "c=1"}),
    },
    "xai": {
        "upload": ({"id": "file-1"},), "create": (XAI_BATCH,), "look_up": (XAI_BATCH,), "cancel": (XAI_BATCH,),
        "find": ({"batches": [XAI_BATCH], "pagination_token": "p"}, {"batches": [XAI_BATCH]}),
        "read": (XAI_PAGE,),
    },
    "fireworks": {
        "upload": (_ACCOUNTS, {"name": "accounts/me/datasets/in"}, {}), "create": (FIREWORKS_JOB,),
        "look_up": (FIREWORKS_JOB,), "find": (_ACCOUNTS, FIREWORKS_JOB, FIREWORKS_JOB),
        "read": (
            {"custom_id": "a", "response": {"choices": []}}, {"custom_id": "b", "error": {"code": 3, "message": "no"}},
            {"custom_id": "c", "error": "no"}, {"filenameToSignedUrls": {"f": "https://store.example/f?signature=s"}},
        ),
    },
    "anthropic": {
        "create": (ANTHROPIC_BATCH,), "look_up": (ANTHROPIC_BATCH,), "cancel": (ANTHROPIC_BATCH,),
        "find": ({"data": [ANTHROPIC_BATCH], "has_more": True, "last_id": "m"}, {"data": [ANTHROPIC_BATCH]}),
        "read": (
            {"custom_id": "a", "result": {"type": "succeeded", "message": {"content": []}}},
            {"custom_id": "b", "result": {"type": "errored", "error": {"type": "error", "error": {"type": "x"}}}},
        ),
    },
}  # fmt: skip
SAME_AS = {"qwen": "openai", "groq": "openai", "litellm": "openai"}


def replies_of(flavour: str, operation: str) -> tuple[Json, ...]:
    """Return whole replies to an operation; none where it sends nothing."""
    return REPLIES[SAME_AS.get(flavour, flavour)].get(operation, ())
