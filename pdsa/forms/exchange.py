"""The file of worksheets that somebody sends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ImportForm(forms.Form):
    """A file to check."""

    file = forms.FileField(
        label=_("Excel or CSV file"),
        help_text=_("The template or your own worksheets, changed. At most 200 cycles at once."),
        error_messages={"required": _("Choose the file first."), "empty": _("The file is empty. Choose another.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.xlsx"
