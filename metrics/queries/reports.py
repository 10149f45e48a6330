"""Which reports somebody may have made, and about what."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Q

from collab.models import Collaborative
from metrics.enums import ReportKind
from metrics.models import Report
from metrics.queries.series import Sight, sight_of
from metrics.rules import see_small_counts, view_figures, view_report
from teams.models import Agency, Team
from teams.models.agency import AgencyQuerySet
from teams.models.team import TeamQuerySet
from teams.rules import view_agency


def may_have(user: Any, kind: ReportKind, subject: Team | Agency | Collaborative) -> bool:
    """Whether ``user`` may have this report: whoever may open the page that it prints."""
    if kind.is_about_team:
        return view_figures.check(user, subject)
    if kind is ReportKind.LEADER:
        return view_agency.check(user, subject)
    return isinstance(subject, Collaborative) and sight_of(user, subject) is not Sight.NOTHING


def may_have_some(user: Any, collaborative: Collaborative) -> bool:
    """Whether there is any report of this collaborative that ``user`` may have."""
    return (
        may_have(user, ReportKind.COLLABORATIVE, collaborative)
        or reportable_teams(user, collaborative).exists()
        or reportable_agencies(user, collaborative).exists()
    )


def may_open(user: Any, report: Report) -> bool:
    """Whether ``user`` may download it: the person who asked for it, as long as they may see all that it shows."""
    return (
        view_report.check(user, report)
        and may_have(user, ReportKind(report.kind), report.subject)
        and report.made_with == rights_over(user, report.collaborative)
    )


def rights_over(user: Any, collaborative: Collaborative) -> str:
    """A hash of what a report may show ``user`` now: how much of all teams, and whose small counts."""
    small_counts = Team.objects.filter(see_small_counts.rows(user), collaborative=collaborative)
    seen = list(small_counts.order_by("pk").values_list("pk", flat=True))
    return hashlib.sha256(f"{sight_of(user, collaborative)} {seen}".encode()).hexdigest()


def reportable_teams(user: Any, collaborative: Collaborative) -> TeamQuerySet:
    """The teams whose summary ``user`` may have."""
    return Team.objects.filter(view_figures.rows(user), collaborative=collaborative).order_by("name")


def reportable_agencies(user: Any, collaborative: Collaborative) -> AgencyQuerySet:
    """The agencies with teams in this collaborative whose leader's page ``user`` may have."""
    return (
        Agency.objects.visible_to(user)
        .filter(Q(teams__collaborative=collaborative) | Q(partner_teams__collaborative=collaborative))
        .order_by("name", "code")
        .distinct()
    )
