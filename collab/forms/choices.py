"""Parts of forms: groups of fields, choices that say what they mean, the browser's pickers, time zones."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collab.common.enums import DescribedChoices

# The zones of the United States in the words people use, most people first.
COMMON_ZONES: tuple[tuple[str, Promise], ...] = (
    ("America/New_York", _("Eastern (New York)")),
    ("America/Chicago", _("Central (Chicago)")),
    ("America/Denver", _("Mountain (Denver)")),
    ("America/Phoenix", _("Mountain without daylight saving (Phoenix)")),
    ("America/Los_Angeles", _("Pacific (Los Angeles)")),
    ("America/Anchorage", _("Alaska (Anchorage)")),
    ("Pacific/Honolulu", _("Hawaii (Honolulu)")),
    ("America/Puerto_Rico", _("Atlantic (Puerto Rico)")),
    ("Pacific/Guam", _("Chamorro (Guam)")),
)


def described(choices: Iterable[DescribedChoices]) -> list[tuple[str, str]]:
    """Choices for radio buttons, each with its definition beside it."""
    return [
        (
            choice.value,
            format_html(
                '<span class="choice-name">{}</span> <span class="choice-note">{}</span>',
                choice.label,
                choice.description,
            ),
        )
        for choice in choices
    ]


@cache
def _zone_names() -> tuple[str, ...]:
    """Every zone with a place in its name; abbreviations and the machine's own names are left out."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name)
    return tuple(sorted(name for name in places if not name.startswith(("Etc/", "posix/", "right/"))))


def time_zones() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """All time zones as groups of a select: those of the United States first."""
    yield gettext("United States"), [(name, str(label)) for name, label in COMMON_ZONES]
    yield gettext("All time zones"), [(name, name.replace("_", " ")) for name in _zone_names()] + [("UTC", "UTC")]


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that belong together. A folded group is opened when one of its fields has an error."""

    title: Promise | str
    fields: list[forms.BoundField]
    folded: bool = False

    @property
    def is_open(self) -> bool:
        return any(field.errors for field in self.fields)


class MonthInput(forms.TextInput):
    """The browser's month picker; where a browser has none, a text field that takes "2026-03"."""

    input_type = "month"


class DayInput(forms.DateInput):
    """The browser's own picker for a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")
