"""The field by which files come in, each looked at before the form is valid."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import ACCEPTED, MEGABYTE, Upload, checked, most_bytes


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; its value is a list of those that were checked, each as it may be kept."""

    widget = FilesInput

    def __init__(
        self, most: Callable[[], int] = most_bytes, *, required: bool = False, **kwargs: Any
    ) -> None:
        self.most = most
        kept = gettext_lazy("PDF, picture, text, ODT or DOCX; at most {count} of {size} MB each.")
        told = {"count": settings.FILES_PER_MESSAGE, "size": most() // MEGABYTE}
        label = gettext_lazy("Files")
        super().__init__(required=required, label=label, help_text=format_lazy(kept, **told), **kwargs)
        self.widget.attrs["accept"] = ACCEPTED

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files: Sequence[UploadedFile[Any]] = [each for each in data or () if each]
        if self.required and not files:
            raise ValidationError(_("Choose the files first."))
        if len(files) > settings.FILES_PER_MESSAGE:
            raise ValidationError(
                _("Send at most %(n)d files at a time.") % {"n": settings.FILES_PER_MESSAGE}
            )
        found, wrong = list[Upload](), list[str]()
        for file in files:
            try:
                found.append(checked(file.name or "", file.read(), file.size, most=self.most()))
            except Refused as refused:
                wrong.append(str(refused))
        if wrong:
            raise ValidationError(wrong)
        return found
