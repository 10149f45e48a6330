"""What stands under a measure in the month, entered, checked and stored with it: groups of people, and sites.

The equity room registers its part, groups, when Django starts. Grid, files and submission know breakdowns and groups
only as keys and names, so data entry never has to know what a stratum is. Sites are a breakdown too: the one whose
numbers make the total.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from collab.enums import Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.cells import SITE, CellKey, Value
from metrics.models import Site, SiteObservation, Submission

ROWS_A_STATEMENT = 2000


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people: the key of its cell, and its name."""

    key: CellKey
    name: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A measure by one dimension, such as language.

    ``overlapping``: people may be in several groups at once. ``makes_total``: the total is the sum of the groups and
    not typed, as with a team's sites.
    """

    code: str
    name: str
    overlapping: bool
    groups: tuple[Group, ...]
    makes_total: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A value with the revision it belongs to and the definition it was counted by."""

    submission: Submission
    measure: Measure
    version: MeasureVersion
    value: Value
    live: bool


class EntryPart(Protocol):
    """What a room has to offer to take part in the month."""

    def breakdowns(self, collaborative: Collaborative) -> dict[str, list[Breakdown]]:
        """Measure code → the breakdowns asked for with it, in order."""

    def values(self, submission_ids: Collection[int]) -> dict[int, list[Value]]:
        """Submission → the stored values of its groups."""

    def store(self, placed: Sequence[Placed]) -> None:
        """Write the values of groups, many at once."""

    def switch(self, *, off: Collection[int], on: Collection[int]) -> None:
        """Make the values of the submissions ``on`` live instead of those of ``off``."""


_parts: list[EntryPart] = []


def register(part: EntryPart) -> None:
    """Take a room's part into the month."""
    _parts.append(part)


def breakdowns_for(collaborative: Collaborative) -> dict[str, list[Breakdown]]:
    """Measure code → breakdowns of all parts."""
    found: dict[str, list[Breakdown]] = {}
    for part in _parts:
        for measure, breakdowns in part.breakdowns(collaborative).items():
            found.setdefault(measure, []).extend(breakdowns)
    return found


def site_breakdown(sites: Sequence[Site], version: MeasureVersion, code: str) -> tuple[Breakdown, ...]:
    """A measure by the team's sites, where it has some and their numbers can be added up.

    A median, a score or the days between events of several sites can not be made from the sites' own.
    """
    if not sites or not (version.statistic.has_denominator or version.statistic is Statistic.COUNT):
        return ()
    groups = tuple(Group(CellKey(code, SITE, site.code), site.name) for site in sites)
    return (Breakdown(SITE, _("Site"), overlapping=False, groups=groups, makes_total=True),)


def group_values(submission_ids: Collection[int]) -> dict[int, list[Value]]:
    """Submission → stored values of groups, of all parts, and of sites."""
    found = _site_values(submission_ids)
    for part in _parts:
        for submission, values in part.values(submission_ids).items():
            found.setdefault(submission, []).extend(values)
    return found


def store_groups(placed: Sequence[Placed]) -> None:
    """Write the values of sites, and hand those of groups to the parts."""
    groups = [one for one in placed if not one.value.key.is_site]
    _store_sites([one for one in placed if one.value.key.is_site])
    if groups:
        for part in _parts:
            part.store(groups)


def switch_groups(*, off: Collection[int], on: Collection[int]) -> None:
    """Switch the groups and sites of replaced revisions off and of new ones on."""
    SiteObservation.objects.filter(submission__in=off, live=True).update(live=False)
    SiteObservation.objects.filter(submission__in=on).update(live=True)
    for part in _parts:
        part.switch(off=off, on=on)


def _site_values(submission_ids: Collection[int]) -> dict[int, list[Value]]:
    found: dict[int, list[Value]] = {}
    rows = SiteObservation.objects.filter(submission__in=submission_ids).order_by("pk")
    for submission, measure, site, numerator, denominator, reason, note in rows.values_list(
        "submission_id", "measure__code", "site__code", "numerator", "denominator", "missing_reason", "note"
    ):
        key = CellKey(measure, SITE, site)
        found.setdefault(submission, []).append(Value(key, numerator, denominator, reason, note))
    return found


def _store_sites(placed: Sequence[Placed]) -> None:
    if not placed:
        return
    sites = {
        (team, code): pk
        for pk, team, code in Site.objects.filter(team__in={one.submission.team_id for one in placed}).values_list(
            "pk", "team_id", "code"
        )
    }
    SiteObservation.objects.bulk_create(
        (
            SiteObservation(
                submission=one.submission,
                site_id=sites[one.submission.team_id, one.value.key.stratum],
                month=one.submission.month,
                measure=one.measure,
                version=one.version,
                numerator=one.value.numerator,
                denominator=one.value.denominator,
                missing_reason=one.value.missing_reason,
                note=one.value.note,
                is_proportion=one.version.statistic is Statistic.PROPORTION,
                live=one.live,
            )
            for one in placed
        ),
        batch_size=ROWS_A_STATEMENT,
    )
