"""The equity room's part of the month: strata as rows under a measure, stored with its submission."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from collab.common.rows import write_rows
from collab.enums import Statistic
from collab.models import Collaborative
from equity.models import StratifiedObservation, Stratifier, Stratum
from metrics.cells import CellKey, Value
from metrics.entry import Breakdown, Group, Placed

COLUMNS = (
    "submission_id",
    "team_id",
    "month",
    "measure_id",
    "version_id",
    "stratum_id",
    "numerator",
    "denominator",
    "missing_reason",
    "note",
    "is_proportion",
    "live",
)


class StrataPart:
    """Breakdowns by the collaborative's stratifiers; see ``metrics.entry.EntryPart``."""

    def breakdowns(self, collaborative: Collaborative) -> dict[str, list[Breakdown]]:
        """Those of stratifiers in use that have strata."""
        found: dict[str, list[Breakdown]] = {}
        stratifiers = Stratifier.objects.filter(collaborative=collaborative, retired_on__isnull=True)
        for stratifier in stratifiers.prefetch_related("strata", "measures"):
            strata = list(stratifier.strata.all())
            for measure in stratifier.measures.all() if strata else ():
                groups = tuple(
                    Group(CellKey(measure.code, stratifier.code, stratum.code), stratum.name) for stratum in strata
                )
                found.setdefault(measure.code, []).append(
                    Breakdown(stratifier.code, stratifier.name, stratifier.overlapping, groups)
                )
        return found

    def values(self, submission_ids: Collection[int]) -> dict[int, list[Value]]:
        """Stored values by submission, also those of strata that are no longer asked for."""
        found: dict[int, list[Value]] = {}
        for submission, measure, dimension, stratum, numerator, denominator, reason, note in (
            StratifiedObservation.objects.filter(submission__in=submission_ids)
            .order_by("pk")
            .values_list(
                "submission_id",
                "measure__code",
                "stratum__stratifier__code",
                "stratum__code",
                "numerator",
                "denominator",
                "missing_reason",
                "note",
            )
        ):
            key = CellKey(measure, dimension, stratum)
            found.setdefault(submission, []).append(Value(key, numerator, denominator, reason, note))
        return found

    def store(self, placed: Sequence[Placed]) -> None:
        """Write the values whose dimension and stratum the submissions' collaboratives know."""
        collaboratives = {item.submission.team.collaborative_id for item in placed}
        strata = {
            (collaborative, dimension, code): pk
            for pk, collaborative, dimension, code in Stratum.objects.filter(
                stratifier__collaborative__in=collaboratives
            ).values_list("pk", "stratifier__collaborative_id", "stratifier__code", "code")
        }
        write_rows(
            StratifiedObservation,
            COLUMNS,
            (
                (
                    item.submission.pk,
                    item.submission.team_id,
                    item.submission.month,
                    item.measure.pk,
                    item.version.pk,
                    strata[item.submission.team.collaborative_id, item.value.key.dimension, item.value.key.stratum],
                    item.value.numerator,
                    item.value.denominator,
                    item.value.missing_reason,
                    item.value.note,
                    item.version.stat == Statistic.PROPORTION,
                    item.live,
                )
                for item in placed
            ),
        )

    def switch(self, *, off: Collection[int], on: Collection[int]) -> None:
        """Old revisions first, so that no stratum has two live values at any line."""
        StratifiedObservation.objects.filter(submission__in=off, live=True).update(live=False)
        StratifiedObservation.objects.filter(submission__in=on).update(live=True)
