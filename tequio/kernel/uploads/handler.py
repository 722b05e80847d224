"""How files come in: held in memory up to their limit; of what is more, only how much it was."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from tequio.kernel.uploads.checking import most_bytes


class Bounded(FileUploadHandler):
    """No upload reaches the disk before it was checked, and none takes more memory than its limit."""

    def __init__(self, request: Any = None, most: int | None = None) -> None:
        super().__init__(request)
        self.most = most or most_bytes()
        self.count, self.size = 0, 0
        self.kept: list[bytes] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """One file more than may be sent is still seen, so that the form can say so; the others are not."""
        super().new_file(*args, **kwargs)
        self.count, self.size, self.kept = self.count + 1, 0, []
        if self.count > settings.FILES_PER_MESSAGE + 1:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size <= self.most:
            self.kept.append(bytes(raw_data))

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        content = BytesIO(b"".join(self.kept))
        return InMemoryUploadedFile(
            content, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )
