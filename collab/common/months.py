"""All arithmetic with reporting months: a month is a ``date`` on its first day, a quarter its first month.

Deadlines are instants in the collaborative's time zone, returned in UTC-aware form; nothing else in the code base adds
or subtracts months.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

ISO_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-01)?")
NAMED_MONTH = re.compile(r"([A-Za-z]+)\.?\s+(\d{4})")
YEARS = range(1900, 2200)
"""The years in which people report. Far outside of them is a mistyped year, and the calendar ends."""


def first_day(day: dt.date) -> dt.date:
    """The reporting month that ``day`` lies in."""
    return dt.date(day.year, day.month, 1)


def add(month: dt.date, count: int) -> dt.date:
    """``month`` moved by ``count`` months (negative moves back)."""
    index = month.year * 12 + month.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def last_day(month: dt.date, *, step: int = 1) -> dt.date:
    """The last day of the period of ``step`` months that starts with ``month``."""
    return add(month, step) - dt.timedelta(days=1)


def count_between(first: dt.date, last: dt.date) -> int:
    """How many months lie from ``first`` to ``last``, both counted: the same month twice gives 1."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def iterate(first: dt.date, last: dt.date, *, step: int = 1) -> Iterator[dt.date]:
    """Each period's first month from ``first`` to ``last``, both included."""
    month = first
    while month <= last:
        yield month
        month = add(month, step)


def parse(text: str) -> dt.date:
    """Read "2026-03", "2026-03-01", "March 2026" or "Mar 2026".

    Raises ``ValueError`` with a sentence that says which form is wanted; for a year outside YEARS too.
    """
    cleaned = text.strip()
    if (match := ISO_MONTH.fullmatch(cleaned)) and int(match[1]) in YEARS:
        return dt.date(int(match[1]), int(match[2]), 1)
    if (match := NAMED_MONTH.fullmatch(cleaned)) and int(match[2]) in YEARS:
        for number, name in MONTHS.items():
            if len(match[1]) >= 3 and str(name).lower().startswith(match[1].lower()):
                return dt.date(int(match[2]), number, 1)
    raise ValueError(_("“%(text)s” is not a month. Write it like 2026-03.") % {"text": cleaned[:40]})


def iso(month: dt.date) -> str:
    """ "2026-03", as it stands in addresses and files."""
    return f"{month:%Y-%m}"


def due_at(month: dt.date, *, due_day: int, time_zone: str, step: int = 1) -> dt.datetime:
    """The instant at which the figures of ``month`` are due.

    They are due until the end of day ``due_day`` (1–28) of the month after the period, on the collaborative's clock.
    """
    day = add(month, step).replace(day=due_day)
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=ZoneInfo(time_zone))


def due_date(month: dt.date, *, due_day: int, step: int = 1) -> dt.date:
    """The day people read: "due Tue 10 Mar"."""
    return add(month, step).replace(day=due_day)


def today(time_zone: str, now: dt.datetime) -> dt.date:
    """The date that the collaborative's wall calendar shows at ``now``."""
    return now.astimezone(ZoneInfo(time_zone)).date()


@dataclass(frozen=True, slots=True)
class Span:
    """A run of reporting months, both ends included."""

    first: dt.date
    last: dt.date

    def __iter__(self) -> Iterator[dt.date]:
        return iterate(self.first, self.last)

    def __len__(self) -> int:
        return max(0, count_between(self.first, self.last))

    def __contains__(self, month: object) -> bool:
        return isinstance(month, dt.date) and self.first <= month <= self.last


class MonthConverter:
    """``<month:month>`` in an address, such as ``2026-03``."""

    regex = r"\d{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> dt.date:
        return parse(value)

    def to_url(self, value: dt.date) -> str:
        return iso(value)


def first_day_constraint(model_name: str, field: str = "month") -> models.CheckConstraint:
    """A month is stored on its first day, or the row is refused."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__day": 1}),
        name=f"{model_name}_{field}_on_first_day",
        violation_error_message=_("A reporting month is stored as its first day."),
    )


class MonthField(forms.Field):
    """A form field for a reporting month; shows "2026-03" and takes what ``parse`` takes."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "2026-03", "autocomplete": "off"})

    def prepare_value(self, value: object) -> object:
        return iso(value) if isinstance(value, dt.date) else value

    def to_python(self, value: object) -> dt.date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, dt.date):
            return first_day(value)
        try:
            return parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="month") from error
