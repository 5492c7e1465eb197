"""Files over HTTP as OpenAI has them: uploaded as a form, listed, fetched, deleted. Mistral has nearly the same."""

from __future__ import annotations

from typing import Any

from batch_servers.faults import Refused, Step
from batch_servers.record import File
from batch_servers.server import BatchServer
from batch_servers.wire import Reply, Request, as_json, form_parts, page

DAY = 86_400
FILE_ROUTES = (
    ("POST", "/files", Step.UPLOAD, "upload"),
    ("GET", "/files", Step.LIST, "list_files"),
    ("GET", "/files/(?P<file_id>[^/]+)/content", Step.DOWNLOAD, "content"),
    ("GET", "/files/(?P<file_id>[^/]+)", Step.OTHER, "retrieve_file"),
    ("DELETE", "/files/(?P<file_id>[^/]+)", Step.DELETE, "delete_file"),
)


class FileServer(BatchServer):
    """A batch API whose input and results are files."""

    def upload(self, request: Request) -> Reply:
        parts = form_parts(request)
        name, data = parts.get("file", ("", b""))
        if "file" not in parts or not name:
            raise Refused(self.error(400, "", "'file' is a required property"))
        if len(data) > self.max_bytes:
            raise Refused(
                self.error(413, "", f"Maximum content size limit ({self.max_bytes}) exceeded ({len(data)} bytes read)")
            )
        purpose = parts.get("purpose", ("", b""))[1].decode()
        if purpose != "batch":
            raise Refused(self.error(400, "", f"'{purpose}' is not one of ['batch']"))
        return as_json(self.file_object(self.keep(name, purpose, data)))

    def keep(self, name: str, purpose: str, data: bytes) -> File:
        file = File(self.new_id("file-"), name, purpose, data, self.clock())
        self.files[file.id] = file
        return file

    def file_object(self, file: File) -> dict[str, Any]:
        return {
            "id": file.id, "object": "file", "bytes": len(file.data), "created_at": int(file.created_at),
            "expires_at": int(file.created_at) + 30 * DAY, "filename": file.name, "purpose": file.purpose,
            "status": "processed", "status_details": None,
        }  # fmt: skip

    def file(self, file_id: str) -> File:
        if file_id not in self.files:
            raise Refused(self.error(404, "", f"No such File object: {file_id}"))
        return self.files[file_id]

    def retrieve_file(self, request: Request, file_id: str) -> Reply:
        return as_json(self.file_object(self.file(file_id)))

    def content(self, request: Request, file_id: str) -> Reply:
        return Reply(200, self.file(file_id).data, {"content-type": "application/octet-stream"})

    def delete_file(self, request: Request, file_id: str) -> Reply:
        del self.files[self.file(file_id).id]
        return as_json({"id": file_id, "object": "file", "deleted": True})

    def list_files(self, request: Request) -> Reply:
        wanted = request.query.get("purpose")
        found = [file for file in reversed(self.files.values()) if wanted in (None, file.purpose)]
        return page(request, [self.file_object(file) for file in found], 10_000)
