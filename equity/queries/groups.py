"""A team's counts by group over its last months together, as one viewer may see them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from collab.models import Measure, MeasureVersion
from equity.models import StratifiedObservation, Stratum
from metrics.queries.series import kind_of
from metrics.rules import see_small_counts
from metrics.suppression import Kind, Shown, State, shown
from teams.models import Team

Pair = tuple[float, float]
MONTHS_TOGETHER = 3
"""Groups are small: one month of them says little and hides much (domain.md section 3.3 asks for 3 or 12)."""


@dataclass(frozen=True)
class GroupCount:
    """One group of one measure, as it may be shown. ``version``: the definition under which it was counted."""

    version: MeasureVersion
    stratum: Stratum
    counts: Shown


@dataclass(frozen=True)
class GroupCounts:
    """The groups in the order of measures, stratifiers and strata, over ``months`` together."""

    months: tuple[dt.date, ...]
    groups: tuple[GroupCount, ...]


def group_counts(team: Team, user: Any, months: Sequence[dt.date]) -> GroupCounts:
    """The last three of ``months`` summed by measure and group. Three queries; two where nothing was counted.

    Only measures whose value is numerator ÷ denominator can be summed over months, and only months under one
    definition: where it changed among the three, those before the change are left out.
    """
    last = tuple(months[-MONTHS_TOGETHER:])
    cells: dict[tuple[int, int], dict[dt.date, Pair]] = defaultdict(dict)
    for measure_id, stratum_id, month, numerator, denominator in (
        StratifiedObservation.objects.live()
        .filter(team=team, month__in=last, numerator__isnull=False, stratum__stratifier__retired_on__isnull=True)
        .values_list("measure", "stratum", "month", "numerator", "denominator")
    ):
        cells[measure_id, stratum_id][month] = numerator or 0, denominator or 0
    if not cells:
        return GroupCounts(last, ())
    may_see = see_small_counts.check(user, team)
    measures = Measure.objects.in_use().with_versions().filter(pk__in={measure for measure, _stratum in cells})
    strata = list(
        Stratum.objects.filter(pk__in={stratum for _measure, stratum in cells})
        .select_related("stratifier")
        .order_by("stratifier__position", "stratifier__code", "position", "code")
    )
    found: list[GroupCount] = []
    for measure in measures:
        version = measure.version_for(last[-1])
        if not version.statistic.has_denominator:
            continue
        held = {month for month in last if measure.version_for(month) == version}
        kind = kind_of(version.statistic)
        by_stratifier: dict[int, list[GroupCount]] = {}
        for stratum in strata:
            given = cells.get((measure.pk, stratum.pk), {})
            if pairs := [pair for month, pair in given.items() if month in held]:
                counts = _together(pairs, kind, may_see_small=may_see)
                by_stratifier.setdefault(stratum.stratifier_id, []).append(GroupCount(version, stratum, counts))
        found += [group for groups in by_stratifier.values() for group in _without_remainders(groups)]
    return GroupCounts(last, tuple(found))


def _together(months: Sequence[Pair], kind: Kind, *, may_see_small: bool) -> Shown:
    """The months' sum; hidden too where it minus the months that are shown elsewhere would be a small number.

    Each month has a page of its own. Where one month in three is hidden there, the sum would give it away.
    """

    def summed(pairs: Sequence[Pair]) -> Shown:
        above, below = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        return shown(above, below, kind=kind, may_see_small=may_see_small)

    rest = summed([pair for pair in months if summed([pair]).state is State.HIDDEN])
    return rest if rest.state is State.HIDDEN else summed(months)


def _without_remainders(groups: list[GroupCount]) -> list[GroupCount]:
    """Hide a second group where one alone is hidden: the team's total minus the others would give it away.

    The next smallest is taken. Groups that overlap do not add up to the total, so nothing can be subtracted.
    """
    hidden = [group for group in groups if group.counts.state is State.HIDDEN]
    seen = [group for group in groups if group.counts.state is State.VALUE]
    if len(hidden) != 1 or not seen or groups[0].stratum.stratifier.overlapping:
        return groups
    second = min(seen, key=lambda group: group.counts.denominator or 0)
    covered = GroupCount(second.version, second.stratum, Shown(State.HIDDEN, None, None))
    return [covered if group is second else group for group in groups]
