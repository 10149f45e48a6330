"""What can be chosen in a worksheet: people, ideas, measures, ramps and cycles of the team."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from collab.models import ChangeIdea, Driver, Measure, User
from pdsa.enums import Stage
from pdsa.models import Cycle, Ramp
from teams.models import Team, TeamMembership


@dataclass(frozen=True, slots=True)
class Choices:
    """Number → row of everything a worksheet may name; what the cycle already names is always among them."""

    owner: dict[int, User]
    idea: dict[int, ChangeIdea]
    drivers: dict[int, Driver]
    measures: dict[int, Measure]
    ramp: dict[int, Ramp]
    previous: dict[int, Cycle]

    def of(self, name: str) -> dict[int, User] | dict[int, ChangeIdea] | dict[int, Driver] | dict[int, Measure]:
        """The rows for a field; ``measure`` of a number is one of ``measures``."""
        found: dict[int, User] = getattr(self, "measures" if name == "measure" else name)
        return found


def members_of(team: Team) -> dict[int, User]:
    """Who belongs to the team today, by name."""
    held = TeamMembership.objects.filter(team=team, user__is_active=True).current().select_related("user")
    return {each.user_id: each.user for each in held}


def published_ideas(team: Team) -> QuerySet[ChangeIdea]:
    """The change ideas that faculty have published in the team's collaborative."""
    return ChangeIdea.objects.filter(
        package__collaborative=team.collaborative_id, package__in=team.collaborative.change_packages.published()
    )


def first_seen_on(cycle: Cycle) -> dt.date | None:
    """The day of the first number, or of the first version from *Do* on that tells something, whichever came first.

    None while nothing is seen. Reads versions only up to that one.
    """
    days = list(cycle.points.order_by("day").values_list("day", flat=True)[:1])
    versions = cycle.revisions.exclude(stage=Stage.PLAN).order_by("number").values_list("at", "snapshot")
    for at, snapshot in versions.iterator(chunk_size=20):
        if any(snapshot[name] for name in ("observations", "problems", "points")):
            days.append(cycle.team.collaborative.today(at))
            break
    return min(days, default=None)


def choices_for(cycle: Cycle) -> Choices:
    """Read everything at once: a constant number of queries."""
    team = cycle.team
    owner = members_of(team)
    if cycle.owner is not None:
        owner.setdefault(cycle.owner.pk, cycle.owner)
    ideas = {idea.pk: idea for idea in published_ideas(team)}
    if cycle.idea is not None:
        ideas.setdefault(cycle.idea.pk, cycle.idea)
    published = Driver.objects.filter(package__in=team.collaborative.change_packages.published())
    drivers = {driver.pk: driver for driver in published} | {driver.pk: driver for driver in cycle.drivers.all()}
    measures = {measure.pk: measure for measure in team.collaborative.measures.in_use().with_versions()}
    # A measure without a definition has no name and can not be chosen.
    measures = {pk: measure for pk, measure in measures.items() if measure.versions.all()}
    measures |= {measure.pk: measure for measure in cycle.measures.all() if measure.pk not in measures}
    return Choices(
        owner=owner,
        idea=ideas,
        drivers=drivers,
        measures=measures,
        ramp={ramp.pk: ramp for ramp in team.ramps.all()},
        previous={other.pk: other for other in team.cycles.order_by("number") if other.pk != cycle.pk},
    )
