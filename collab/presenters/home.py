"""The words of My work and of a collaborative's overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import day, month_name
from collab.enums import Cadence, CollaborativeStatus, CollaborativeType, DataSharing
from collab.models import Collaborative
from collab.rules import coordinated_center_ids, sponsored_collaborative_ids, taught_collaborative_ids


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of "At a glance"."""

    label: str
    value: str
    note: str = ""


def facts(collaborative: Collaborative) -> list[Fact]:
    """What anybody in the collaborative should know about it, in words."""
    kind = CollaborativeType(collaborative.type)
    sharing = DataSharing(collaborative.data_sharing)
    return [
        Fact(_("What it is"), str(kind.label), str(kind.description)),
        Fact(_("Months"), _span(collaborative), _length(collaborative)),
        Fact(_("Figures are due"), _due(collaborative), _next_due(collaborative)),
        Fact(_("What teams see of each other"), str(sharing.label), str(sharing.description)),
        Fact(_("Host"), collaborative.center.name),
    ]


def _span(collaborative: Collaborative) -> str:
    return _("%(first)s to %(last)s") % {
        "first": month_name(collaborative.span.first),
        "last": month_name(collaborative.span.last),
    }


def _length(collaborative: Collaborative) -> str:
    return ngettext("%(count)s month", "%(count)s months", collaborative.months) % {"count": collaborative.months}


def _due(collaborative: Collaborative) -> str:
    if collaborative.cadence == Cadence.QUARTER:
        return _("Every quarter, by day %(day)s of the month after it") % {"day": collaborative.due_day}
    return _("Every month, by day %(day)s of the next month") % {"day": collaborative.due_day}


def _next_due(collaborative: Collaborative) -> str:
    """The next deadline that is still ahead, while the collaborative runs."""
    if collaborative.status != CollaborativeStatus.RUNNING:
        return ""
    today = collaborative.today()
    for month in collaborative.reporting_months():
        due = collaborative.due_date(month)
        if due >= today:
            return _("Next: %(month)s, due %(day)s") % {"month": month_name(month), "day": day(due)}
    return ""


def nothing_due(user: Any) -> str:
    """What will stand in the empty list of My work, in the words of the person's role."""
    if coordinated_center_ids(user):
        return _("A set-up that is not finished shows up here. Which teams are late stands further down.")
    if taught_collaborative_ids(user):
        return _(
            "Nobody asks you for anything. Which team needs you stands further down, with its charts under “Data”."
        )
    if sponsored_collaborative_ids(user):
        return _("Nothing is asked of you. What your collaboratives achieved is in their results.")
    return _("When a month is over and its figures are due, or somebody asks you something, it shows up here.")
