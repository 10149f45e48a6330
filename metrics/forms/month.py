"""Reading the month's grid from a request, and the forms around it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.common.tables import MEGABYTE
from collab.forms.choices import DayInput
from metrics.actions.drafts import Typed
from metrics.cells import CellKey, Entry
from metrics.enums import MissingReason
from metrics.imports.table import UPLOAD_BYTES
from metrics.validation import LONGEST_NOTE
from teams.models import Team

LONGEST_NUMBER = 40
LONGEST_REOPENING = dt.timedelta(days=90)


def field_name(part: str, key: CellKey) -> str:
    """ "numerator:no_show": how a cell's inputs are called."""
    return f"{part}:{key}"


def seen_text(entry: Entry) -> str:
    """What a cell held when the page was made, as it travels in the form: what the person saw before typing."""
    return json.dumps([entry.numerator, entry.denominator, entry.missing_reason, entry.note, entry.population])


def typed_cells(data: Mapping[str, str], keys: Iterable[CellKey]) -> list[Typed]:
    """The cells of a posted grid that differ from what the person saw in them."""
    found = (_typed_cell(data, key) for key in keys if field_name("seen", key) in data)
    return [cell for cell in found if cell.entry != cell.seen]


def _typed_cell(data: Mapping[str, str], key: CellKey) -> Typed:
    seen = _seen(data[field_name("seen", key)], key)
    if field_name("theirs", key) in data:
        return Typed(seen, seen)

    def text(part: str, shown: str, longest: int) -> str:
        return data.get(field_name(part, key), shown).replace("\x00", "").strip()[:longest]

    reason = text("missing_reason", seen.missing_reason, LONGEST_NUMBER)
    entry = Entry(
        key,
        text("numerator", seen.numerator, LONGEST_NUMBER),
        text("denominator", seen.denominator, LONGEST_NUMBER),
        reason if reason in MissingReason.values else "",
        text("note", seen.note, LONGEST_NOTE),
        text("population", seen.population, LONGEST_NUMBER),
    )
    return Typed(entry, seen)


def _seen(text: str, key: CellKey) -> Entry:
    """What stood in the cell; blank when the field was tampered with, so that at worst a person is asked."""
    try:
        numerator, denominator, reason, note, population = (str(part) for part in json.loads(text))
    except (ValueError, TypeError):
        return Entry(key)
    return Entry(key, numerator, denominator, reason, note, population)


class ReopenForm(forms.Form):
    """Why a locked month is opened again, and until when."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is reopened"),
        help_text=gettext_lazy("The team and the faculty can read this. No names of clients."),
        min_length=3,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = forms.DateField(
        label=gettext_lazy("Open until the end of"),
        help_text=gettext_lazy("At most 90 days from today."),
        widget=DayInput(),
    )

    def __init__(self, *args: Any, team: Team, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        self.today = team.collaborative.today(now)
        self.fields["until"].initial = self.today + dt.timedelta(days=14)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        if not self.today <= until <= self.today + LONGEST_REOPENING:
            raise forms.ValidationError(_("Choose a day from today to 90 days from now."), code="until")
        return until

    @property
    def open_until(self) -> dt.datetime:
        """The instant at which the chosen day ends on the collaborative's clock."""
        next_day = self.cleaned_data["until"] + dt.timedelta(days=1)
        return dt.datetime.combine(next_day, dt.time.min, tzinfo=ZoneInfo(self.team.collaborative.time_zone))


class UploadForm(forms.Form):
    """A filled-in template."""

    file = forms.FileField(
        label=gettext_lazy("Your file"),
        help_text=gettext_lazy("The filled-in template, as Excel (.xlsx) or CSV, at most 5 MB."),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty. Download the template, fill it in, and upload it again."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s MB; at most %(most)s MB are read. Send only the rows of the template.")
                % {"size": -(-(file.size or 0) // MEGABYTE), "most": UPLOAD_BYTES // MEGABYTE},
                code="size",
            )
        return file
