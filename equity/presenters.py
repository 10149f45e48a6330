"""Groups in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from equity.queries.groups import GroupCount, GroupCounts
from metrics.presenters.values import value_words
from metrics.suppression import State


@dataclass(frozen=True, slots=True)
class GroupTable:
    """One measure by one stratifier: the rows are a group and its rate with counts."""

    title: str
    stratifier: str
    rows: tuple[tuple[str, str], ...]
    overlapping: bool


def group_tables(counts: GroupCounts) -> list[GroupTable]:
    """A table for every measure and stratifier, in order."""
    return [
        GroupTable(
            title=_("%(measure)s by %(stratifier)s") % {"measure": version.name, "stratifier": stratifier.name.lower()},
            stratifier=stratifier.name,
            rows=tuple((group.stratum.name, _words(group)) for group in groups),
            overlapping=stratifier.overlapping,
        )
        for (version, stratifier), groups in groupby(
            counts.groups, key=lambda group: (group.version, group.stratum.stratifier)
        )
    ]


def _words(group: GroupCount) -> str:
    """ "62 % (31 of 50)", or which of the two other states it is."""
    counts = group.counts
    if counts.state is State.HIDDEN:
        return _("hidden (small number)")
    if counts.state is State.MISSING:
        return _("nobody to count")
    version = group.version
    return value_words(
        version, version.value(counts.numerator, counts.denominator), counts.numerator, counts.denominator
    )
