"""The one place where months, dates, rates and people become words."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from collab.common import months

# A thin space keeps "62 %" together on one line.
THIN_SPACE = "\u202f"


def month_name(month: dt.date) -> str:
    """ "March 2026"."""
    return formats.date_format(month, "F Y")


def period_name(month: dt.date, *, step: int = 1) -> str:
    """What a reporting period of ``step`` months that starts with ``month`` is called.

    "March 2026"; for a quarter "January–March 2026", or "November 2025–January 2026".
    """
    return _period(month, step, "F", "F Y")


def period_short(month: dt.date, *, step: int = 1) -> str:
    """ "Mar 2026"; for a quarter "Jan–Mar 2026"."""
    return _period(month, step, "M", "M Y")


def period_bare(month: dt.date, *, step: int = 1) -> str:
    """ "March", or "January–March": where the year is plain, as on a button."""
    return _period(month, step, "F", "F")


def _period(month: dt.date, step: int, first: str, last: str) -> str:
    """From the first month to the last of the period, in these date formats; the year of both where they differ."""
    end = months.last_day(month, step=step)
    if step == 1:
        return formats.date_format(month, last)
    return _("%(first)s–%(last)s") % {
        "first": formats.date_format(month, first if month.year == end.year else last),
        "last": formats.date_format(end, last),
    }


def month_short(month: dt.date) -> str:
    """ "Mar 2026"."""
    return formats.date_format(month, "M Y")


def day(date: dt.date) -> str:
    """ "Tue 10 Mar", with the year when it is not this one."""
    pattern = "D j M" if date.year == timezone.now().year else "D j M Y"
    return formats.date_format(date, pattern)


def full_day(date: dt.date) -> str:
    """ "10 Mar 2026", as it stands on paper."""
    return formats.date_format(date, "j M Y")


def drawn_on(date: dt.date) -> str:
    """ "Drawn on 10 Mar 2026.", below figures that are taken away."""
    return _("Drawn on %(day)s.") % {"day": full_day(date)}


def clock(at: dt.datetime | None, time_zone: str) -> str:
    """ "09:41" in this time zone; empty where there is no instant."""
    return formats.date_format(at.astimezone(ZoneInfo(time_zone)), "H:i") if at else ""


def moment(at: dt.datetime | None, time_zone: str) -> str:
    """ "Tue 10 Mar 2026, 09:41" in this time zone; empty where there is no instant."""
    return formats.date_format(at.astimezone(ZoneInfo(time_zone)), "D j M Y, H:i") if at else ""


def number(value: float | None, *, places: int = 1) -> str:
    """A number with at most ``places`` decimals and no idle zeros; an en dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    rounded = round(value, places)
    if float(rounded).is_integer():
        return formats.number_format(int(rounded), use_l10n=True, force_grouping=True)
    return formats.number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True).rstrip("0")


def with_unit(value: float | None, unit: str, *, places: int = 1) -> str:
    """ "62 %", "14.5 days"; the value is already multiplied for the unit."""
    text = number(value, places=places)
    return text if text == "–" or not unit else f"{text}{THIN_SPACE}{unit}"


def rate_with_counts(
    value: float | None, unit: str, numerator: float | None, denominator: float | None, *, places: int = 1
) -> str:
    """ "62 % (31 of 50)"; without counts only the value."""
    text = with_unit(value, unit, places=places)
    if numerator is None or denominator is None:
        return text
    return _("%(value)s (%(numerator)s of %(denominator)s)") % {
        "value": text,
        "numerator": number(numerator),
        "denominator": number(denominator),
    }


def seconds(value: float | None) -> str:
    """ "0.4 s", "2 min 5 s"."""
    if value is None:
        return "–"
    if value < 60:
        return _("%(seconds)s s") % {"seconds": number(value)}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": int(value // 60), "seconds": int(value % 60)}
