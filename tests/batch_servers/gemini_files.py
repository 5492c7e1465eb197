"""Gemini's files, uploaded resumably, and what all its replies have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from batch_servers.faults import Refused, Step
from batch_servers.record import File
from batch_servers.server import BatchServer
from batch_servers.wire import Reply, Request, as_json

STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
TWO_DAYS = 172_800
FILE_ROUTES = (
    ("POST", "/upload/[^/]+/files", Step.START, "start_upload"),
    ("POST", r"/upload/[^/]+/files\?upload_id", Step.UPLOAD, "upload"),
    ("PUT", r"/upload/[^/]+/files\?upload_id", Step.UPLOAD, "upload"),
    ("GET", "/files", Step.LIST, "list_files"),
    ("GET", "/files/(?P<file_id>[^/:]+)", Step.OTHER, "retrieve_file"),
    ("GET", "/files/(?P<file_id>[^/:]+):download", Step.DOWNLOAD, "content"),
    ("DELETE", "/files/(?P<file_id>[^/:]+)", Step.DELETE, "delete_file"),
)


class Upload(Struct):
    """An upload that is under way."""

    name: str
    size: int
    data: bytearray


class ResumableUploads(BatchServer):
    """Google's envelope of errors, its key, its lists, and files that are uploaded in pieces."""

    root = "/v1beta"
    max_bytes = 2 * 1024**3

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._uploads: dict[str, Upload] = {}

    def error(self, status: int, code: str, message: str) -> Reply:
        error = {"code": status, "message": message, "status": code or STATUSES.get(status, "UNKNOWN")}
        return as_json({"error": error}, status)

    def authorized(self, request: Request) -> bool:
        return "x-goog-api-key" in request.headers or "key" in request.query or "upload_id" in request.query

    def target(self, request: Request) -> str:
        return request.path + ("?upload_id" if "upload_id" in request.query else "")

    def start_upload(self, request: Request) -> Reply:
        headers = request.headers
        if (headers.get("x-goog-upload-protocol"), headers.get("x-goog-upload-command")) != ("resumable", "start"):
            raise Refused(self.error(400, "", "only a resumable upload is known here"))
        size = int(headers["x-goog-upload-header-content-length"])
        if size > self.max_bytes:
            raise Refused(self.error(400, "", f"The file is larger than {self.max_bytes} bytes."))
        told = msgspec.json.decode(request.body or b"{}").get("file", {})
        upload_id = self.new_id("upload-")
        self._uploads[upload_id] = Upload(told.get("displayName", told.get("display_name", "")), size, bytearray())
        url = f"{self.url.removesuffix(self.root)}/upload/v1beta/files?upload_id={upload_id}&upload_protocol=resumable"
        return as_json({}, headers={"x-goog-upload-url": url, "x-goog-upload-status": "active"})

    def upload(self, request: Request) -> Reply:
        upload = self._uploads.get(request.query["upload_id"])
        if upload is None:
            raise Refused(self.error(404, "", "The upload is not known or was finished."))
        commands = [word.strip() for word in request.headers.get("x-goog-upload-command", "").split(",")]
        if commands == ["query"]:
            told = {"x-goog-upload-status": "active", "x-goog-upload-size-received": str(len(upload.data))}
            return as_json({}, headers=told)
        if request.headers.get("x-goog-upload-offset") != str(len(upload.data)):
            raise Refused(self.error(400, "", f"The upload goes on at {len(upload.data)}."))
        upload.data += request.body
        if "finalize" not in commands:
            return as_json({}, headers={"x-goog-upload-status": "active"})
        if len(upload.data) != upload.size:
            raise Refused(self.error(400, "", f"{len(upload.data)} bytes came, {upload.size} were announced."))
        del self._uploads[request.query["upload_id"]]
        file = self.keep(upload.name, bytes(upload.data))
        return as_json({"file": self.file_object(file)}, headers={"x-goog-upload-status": "final"})

    def keep(self, name: str, data: bytes) -> File:
        file = File(self.new_id("file"), name, "batch", data, self.clock())
        self.files[file.id] = file
        return file

    def file_object(self, file: File) -> dict[str, Any]:
        return {
            "name": f"files/{file.id}", "displayName": file.name, "mimeType": "application/jsonl",
            "sizeBytes": str(len(file.data)), "createTime": time_of(file.created_at),
            "updateTime": time_of(file.created_at), "expirationTime": time_of(file.created_at + TWO_DAYS),
            "uri": f"{self.url}/files/{file.id}", "state": "ACTIVE", "source": "UPLOADED",
        }  # fmt: skip

    def file(self, file_id: str) -> File:
        if file_id not in self.files:
            raise Refused(self.error(404, "", f"File {file_id} not found."))
        return self.files[file_id]

    def retrieve_file(self, request: Request, file_id: str) -> Reply:
        return as_json(self.file_object(self.file(file_id)))

    def content(self, request: Request, file_id: str) -> Reply:
        return Reply(200, self.file(file_id).data, {"content-type": "application/jsonl"})

    def delete_file(self, request: Request, file_id: str) -> Reply:
        del self.files[self.file(file_id).id]
        return as_json({})

    def list_files(self, request: Request) -> Reply:
        return self.page(request, "files", [self.file_object(file) for file in reversed(self.files.values())])

    def page(self, request: Request, name: str, found: list[dict[str, Any]]) -> Reply:
        start, size = int(request.query.get("pageToken") or 0), int(request.query.get("pageSize") or 50)
        shown = {name: found[start : start + size]} if found else {}
        return as_json(shown | ({"nextPageToken": str(start + size)} if start + size < len(found) else {}))


def time_of(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
