"""The audit trail in words: who did what when, and what differs."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.common import months
from collab.common.enums import EventChoices
from collab.common.formatting import month_name
from collab.common.models import AuditEvent

# What actions put into ``detail`` beside the name, in the words of the page.
DETAILS = {
    "note": gettext_lazy("Note"),
    "reason": gettext_lazy("Reason"),
    "month": gettext_lazy("Month"),
    "version": gettext_lazy("Version"),
    "role": gettext_lazy("Role"),
}
# What was done to a part of something: ``detail`` says so under one of these keys.
PARTS = {
    ("added", "driver"): gettext_lazy("driver added"),
    ("added", "idea"): gettext_lazy("change idea added"),
    ("removed", "driver"): gettext_lazy("driver removed"),
    ("removed", "idea"): gettext_lazy("change idea removed"),
    ("moved", "driver"): gettext_lazy("driver moved"),
    ("moved", "idea"): gettext_lazy("change idea moved"),
}
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that was changed, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event: ``what`` happened to ``name``, with ``notes`` and ``differences``."""

    at: dt.datetime
    who: str
    what: str
    name: str
    notes: list[tuple[str, str]]
    differences: list[Difference]


def history_lines(events: Iterable[AuditEvent]) -> list[HistoryLine]:
    """Turn audit events (with their actors) into lines for people."""
    return [_line(event) for event in events]


def _line(event: AuditEvent) -> HistoryLine:
    detail: dict[str, Any] = event.detail
    model = _model(event.target_type)
    return HistoryLine(
        at=event.at,
        who=str(event.actor) if event.actor else _("The site"),
        what=_what(event),
        name=str(detail.get("name", "")),
        notes=[(str(label), _note(model, key, detail[key])) for key, label in DETAILS.items() if detail.get(key)],
        differences=[_difference(model, change) for change in detail.get("changes", [])],
    )


def _what(event: AuditEvent) -> str:
    said = EventChoices.label_of(event.event)
    part = next((words for (key, kind), words in PARTS.items() if event.detail.get(key) == kind), None)
    return f"{said}, {part}" if part else said


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def _note(model: type[models.Model] | None, key: str, value: Any) -> str:
    if key == "month":
        return month_name(months.parse(str(value)))
    if key == "role" and model is not None:
        return _words(model, "role", value)
    return str(value)


def _difference(model: type[models.Model] | None, change: dict[str, Any]) -> Difference:
    name = str(change["field"])
    label = name.replace("_", " ")
    if model is not None:
        # A field that is gone was there when the event was written: then its name has to do.
        with contextlib.suppress(FieldDoesNotExist):
            label = str(getattr(model._meta.get_field(name), "verbose_name", label))
    return Difference(
        label=capfirst(label),
        old=_words(model, name, change.get("old")),
        new=_words(model, name, change.get("new")),
    )


def _words(model: type[models.Model] | None, name: str, value: Any) -> str:
    """A stored value as people say it."""
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices: dict[Any, Any] = {}
    is_month = False
    if model is not None:
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            return str(value)
        choices = dict(getattr(found, "flatchoices", []))
        is_month = isinstance(found, models.DateField)
    if value in choices:
        return str(choices[value])
    date = parse_date(str(value)) if is_month else None
    if date is not None and date.day == 1:
        return month_name(date)
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
