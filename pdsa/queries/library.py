"""The library: what teams tried and share, found by what one looks for; and what became of change ideas."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from collab.enums import DataSharing, PackageStatus
from collab.models import ChangeIdea, Collaborative, Driver
from pdsa.enums import Decision, Match, Sharing
from pdsa.models import Cycle, Question
from pdsa.models.cycle import CycleQuerySet
from pdsa.policies import can_take
from pdsa.queries.due import working_teams
from pdsa.queries.search import matching
from pdsa.stats.lineage import Adoption, Trial, adoption_of
from teams.enums import TeamStatus
from teams.models import Team

OPEN = "open"
OURS, OTHERS = "ours", "others"
CENTER = "center"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. Empty values do not narrow. ``everywhere``: in all collaboratives of the center."""

    words: str = ""
    driver: Driver | None = None
    idea: ChangeIdea | None = None
    setting: str = ""
    population: str = ""
    decision: str = ""
    result: str = ""
    whose: str = ""
    everywhere: bool = False


def shared_tests(user: Any, collaborative: Collaborative, *, everywhere: bool = False) -> CycleQuerySet:
    """The begun cycles that ``user`` may read, of the collaborative or of all of its center."""
    place = (
        Q(team__collaborative__center=collaborative.center_id) if everywhere else Q(team__collaborative=collaborative)
    )
    return Cycle.objects.readable_by(user).begun().filter(place)


def found_tests(user: Any, collaborative: Collaborative, wanted: Wanted) -> Any:
    """Those that fit, the best first where words are looked for, else the newest."""
    rows = shared_tests(user, collaborative, everywhere=wanted.everywhere)
    for name in ("setting", "population"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.decision:
        rows = rows.filter(decision="" if wanted.decision == OPEN else wanted.decision)
    if wanted.driver is not None:
        linked = Cycle.drivers.through.objects.filter(cycle=OuterRef("pk"), driver__in=same_drivers(wanted.driver))
        rows = rows.filter(Exists(linked))
    if wanted.idea is not None:
        rows = rows.filter(idea__in=same_ideas(wanted.idea))
    if wanted.result:
        rows = rows.filter(result_is(Match(wanted.result)))
    if wanted.whose:
        mine = Q(team__in=Team.objects.of_member(user))
        rows = rows.filter(mine if wanted.whose == OURS else ~mine)
    return matching(rows, wanted.words).order_by("-rank", "-started_on", "-pk")


def for_lists(rows: Any) -> Any:
    """With what a line of the library shows."""
    return rows.select_related("team__collaborative", "idea", "ramp").prefetch_related("questions")


def result_is(match: Match) -> Q:
    """Cycles by how their predictions did.

    All as predicted, all different, or anything between: partly, or some so and some so.
    """

    def some(value: Match) -> Exists:
        return Exists(Question.objects.filter(cycle=OuterRef("pk"), match=value))

    if match is Match.PARTLY:
        return Q(some(Match.PARTLY)) | (Q(some(Match.YES)) & Q(some(Match.NO)))
    others = [value for value in Match if value is not match]
    return Q(some(match)) & ~Q(some(others[0])) & ~Q(some(others[1]))


def same_drivers(driver: Driver) -> QuerySet[Driver]:
    """The driver and those below it, in every version of the package: versions copy drivers and keep their names."""
    package = driver.package
    named = Q(name=driver.name) | Q(parent__name=driver.name)
    return Driver.objects.filter(named, package__collaborative=package.collaborative_id)


def same_ideas(idea: ChangeIdea) -> QuerySet[ChangeIdea]:
    """The idea in every version of the package: versions copy ideas and keep their names."""
    return ChangeIdea.objects.filter(name=idea.name, package__collaborative=idea.package.collaborative_id)


def find_shared_test(user: Any, collaborative: Collaborative, pk: int) -> Cycle:
    """A cycle of the collaborative's center that ``user`` may read. Raises ``Http404``."""
    rows = Cycle.objects.readable_by(user).filter(team__collaborative__center=collaborative.center_id)
    found: Cycle = get_object_or_404(
        rows.select_related("team__collaborative__center", "ramp", "idea__package", "taken_from__team__collaborative")
        .prefetch_related("questions", "drivers", "measures__versions"),
        pk=pk,
    )  # fmt: skip
    return found


def find_idea(collaborative: Collaborative, pk: int) -> ChangeIdea:
    """An idea that was published in the collaborative. Raises ``Http404``."""
    rows = ChangeIdea.objects.filter(package__collaborative=collaborative).exclude(package__status=PackageStatus.DRAFT)
    return get_object_or_404(rows.select_related("package__collaborative").prefetch_related("drivers"), pk=pk)


def drivers_and_ideas(collaborative: Collaborative) -> tuple[list[Driver], list[ChangeIdea]]:
    """What the newest published package holds, to choose from. Two queries."""
    published = collaborative.change_packages.published()
    drivers = Driver.objects.filter(package__in=published).select_related("package")
    ideas = ChangeIdea.objects.filter(package__in=published).select_related("package")
    return list(drivers), list(ideas)


def takers(user: Any, cycle: Cycle) -> list[Team]:
    """The person's teams that may take over what the cycle tried, by name."""
    teams = working_teams(user).select_related("collaborative").order_by("name").distinct()
    return [team for team in teams if can_take(cycle, team)]


def taken_already(teams: Collection[Team], cycle: Cycle) -> list[Cycle]:
    """The cycles by which these teams took it over before."""
    rows = cycle.taken_by.filter(team__in=teams).select_related("team__collaborative")
    return list(rows.order_by("team__name", "number"))


def teams_taking_part(collaborative: Collaborative) -> QuerySet[Team]:
    """All but those that left."""
    return collaborative.teams.exclude(status=TeamStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class IdeaAdoption:
    """What teams made of a change idea, of those taking part. Counts only: also of tests that are not shared."""

    adoption: Adoption
    teams: int


def adoption_of_idea(idea: ChangeIdea) -> IdeaAdoption:
    """Each team that takes part once, by its latest decision. Two queries."""
    teams = teams_taking_part(idea.package.collaborative)
    rows = (
        Cycle.objects.begun()
        .filter(team__in=teams, idea__in=same_ideas(idea))
        .values_list("pk", "team", "ramp", "number", "decision", "started_on", "closed_on")
    )
    trials = [
        Trial(key, team, ramp, number, decision=decision, begun=begun, closed=closed)
        for key, team, ramp, number, decision, begun, closed in rows
    ]
    return IdeaAdoption(adoption_of(trials), teams.count())


def ramps_handed_on(idea: ChangeIdea) -> set[int]:
    """The series with tests of the idea that were taken over. One query."""
    rows = Cycle.objects.filter(idea__in=same_ideas(idea), taken_by__isnull=False)
    return set(rows.order_by().values_list("ramp_id", flat=True).distinct())


def testing_teams(collaborative_id: int) -> dict[str, int]:
    """Name of a change idea → how many teams that take part began a test of it. One query."""
    rows = (
        Cycle.objects.begun()
        .filter(team__collaborative=collaborative_id, idea__isnull=False)
        .exclude(team__status=TeamStatus.WITHDRAWN)
        .order_by()
        .values("idea__name")
        .annotate(teams=Count("team", distinct=True))
    )
    return {row["idea__name"]: row["teams"] for row in rows}


@dataclass(frozen=True, slots=True)
class Taken:
    """A cycle that ``teams`` teams took over, of which ``adopters`` adopted it in the series they began with it."""

    key: int
    teams: int
    adopters: int


def most_taken(user: Any, collaborative: Collaborative) -> list[Taken]:
    """Cycles of the collaborative that ``user`` may read and that teams took over, the most taken first."""
    adopted = Q(taken_by__decision=Decision.ADOPT) | Q(taken_by__ramp__cycles__decision=Decision.ADOPT)
    counted = (
        Cycle.objects.filter(team__collaborative=collaborative, taken_by__isnull=False)
        .order_by()
        .values("pk")
        .annotate(
            teams=Count("taken_by__team", distinct=True),
            adopters=Count("taken_by__team", filter=adopted, distinct=True),
        )
    )
    counts = {row["pk"]: Taken(row["pk"], row["teams"], row["adopters"]) for row in counted}
    readable = shared_tests(user, collaborative).filter(pk__in=list(counts)).values_list("pk", flat=True)
    return sorted((counts[pk] for pk in readable), key=lambda taken: (-taken.teams, -taken.adopters, taken.key))


def cycles_by_key(keys: Collection[int]) -> dict[int, Cycle]:
    """Cycles with what a line of the library shows."""
    return {cycle.pk: cycle for cycle in for_lists(Cycle.objects.filter(pk__in=keys))}


@dataclass(frozen=True, slots=True)
class SharingCounts:
    """What the teams of a collaborative try and share. Counts of all, whoever may read them."""

    teams: int
    testing: int
    begun: int
    shared: int
    takings: int
    taking_teams: int


def sharing_counts(collaborative: Collaborative) -> SharingCounts:
    """Two queries."""
    teams = teams_taking_part(collaborative)
    counted = Cycle.objects.filter(team__in=teams).aggregate(
        testing=Count("team", filter=Q(started_on__isnull=False), distinct=True),
        begun=Count("pk", filter=Q(started_on__isnull=False)),
        shared=Count("pk", filter=Q(started_on__isnull=False) & ~Q(sharing=Sharing.TEAM)),
        takings=Count("pk", filter=Q(taken_from__isnull=False)),
        taking_teams=Count("team", filter=Q(taken_from__isnull=False), distinct=True),
    )
    if collaborative.data_sharing == DataSharing.POOLED:
        counted["shared"] = 0
    return SharingCounts(teams=teams.count(), **counted)
