"""What this room shows: a team's results by group, and the groups of a collaborative in its set-up checklist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from collab.common.months import Span
from collab.common.sections import ChecklistLine, Section, contributes_checklist, contributes_sections
from collab.models import Collaborative
from equity.presenters import group_tables
from equity.queries.groups import group_counts
from teams.models import Team


@contributes_sections(Team)
def results_by_group(team: Team, span: Span, viewer: Any) -> Iterator[Section]:
    """Rates by group over the last three months together; nothing where no group was counted."""
    counts = group_counts(team, viewer, [month for month in team.collaborative.ended_months() if month in span])
    if counts.groups:
        yield Section(
            title=_("For whom?"),
            template="equity/sections/team_groups.html",
            context={"tables": group_tables(counts), "first": counts.months[0], "last": counts.months[-1]},
            order=60,
            anchor="groups",
        )


@contributes_checklist
def strata_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    names = [stratifier.name for stratifier in collaborative.stratifiers.filter(retired_on=None)]
    yield ChecklistLine(
        key="strata",
        title=_("Groups to look at"),
        done=bool(names),
        url=reverse("stratifiers", args=[collaborative.slug]),
        action=_("Change groups") if names else _("Add groups"),
        order=40,
        detail=", ".join(names) or _("Age, language, race and ethnicity and others: for whom is it better?"),
    )
