"""Measures: what teams count, how it is defined from which month on, in which order it is asked.

What was computed by the definitions becomes old with them: each change writes a stale mark under ``DEFINITIONS``, and
the room that computes says what to do about it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from collab import policies
from collab.common import audit, order
from collab.common.changes import change, locked
from collab.common.jobs import mark_stale
from collab.common.months import iso
from collab.common.names import first_free
from collab.enums import CollabEvent
from collab.library import LibraryMeasure
from collab.models import Collaborative, Measure, MeasureVersion, User
from collab.profiles import contradictions, settled

# Key: the collaborative's number.
DEFINITIONS = "collab.definitions"
# Fields of a version that say which version it is, not what the measure means.
_NOT_MEANING = frozenset({"id", "measure", "number", "effective_month", "change_note", "created_by", "created_at"})


def definition_of(version: MeasureVersion) -> dict[str, Any]:
    """What a version says the measure means: field → value, ready for another version."""
    return {
        field.name: getattr(version, field.name) for field in version._meta.fields if field.name not in _NOT_MEANING
    }


def _settled(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition as its statistic settles it. Raises ``ValidationError`` where the two contradict each other."""
    complete = settled(definition)
    wrong = contradictions(complete)
    if wrong:
        raise ValidationError(wrong)
    return complete


@transaction.atomic
def define_measure(
    *,
    by: User | None,
    collaborative: Collaborative,
    code: str,
    required: bool = True,
    effective_month: dt.date | None = None,
    library_code: str = "",
    **definition: Any,
) -> Measure:
    """Add a measure with its first definition, last in order. It holds from the first month unless told.

    ``library_code`` names the measure of the library that it is a copy of.

    Raises ``ValidationError`` for what the fields and constraints refuse, such as a code that is taken.
    """
    collaborative = locked(collaborative)
    if effective_month is not None:
        policies.check_reporting_month(collaborative, effective_month)
    position = order.next_position(collaborative.measures)
    measure = Measure(
        collaborative=collaborative, code=code, required=required, position=position, library_code=library_code
    )
    measure.full_clean()
    measure.save()
    version = MeasureVersion(
        measure=measure,
        effective_month=effective_month or collaborative.start,
        created_by=by,
        **_settled(definition),
    )
    version.full_clean()
    version.save()
    mark_stale(DEFINITIONS, str(collaborative.pk))
    audit.record(
        by=by,
        event=CollabEvent.MEASURE_DEFINED,
        target=measure,
        scope=collaborative,
        name=version.name,
        code=code,
    )
    return measure


@transaction.atomic
def change_definition(
    *, by: User, measure: Measure, effective_month: dt.date, change_note: str, **definition: Any
) -> MeasureVersion:
    """Give the measure a new definition from a month on; months before it keep the one that they had.

    Raises ``ValidationError`` when the month does not lie after the present version's, or the note is empty.
    """
    measure = _locked_measure(measure)
    policies.check_new_version(measure, effective_month)
    if not change_note.strip():
        raise ValidationError(
            {"change_note": _("Say in a few words what changed: it stands beside the break on every chart.")}
        )
    latest = measure.latest
    version = MeasureVersion(
        measure=measure,
        number=latest.number + 1,
        effective_month=effective_month,
        change_note=change_note,
        created_by=by,
        **_settled({**definition_of(latest), **definition}),
    )
    version.full_clean()
    version.save()
    mark_stale(DEFINITIONS, str(measure.collaborative_id))
    audit.record(
        by=by,
        event=CollabEvent.MEASURE_CHANGED,
        target=measure,
        scope=measure.collaborative,
        name=version.name,
        version=version.number,
        month=iso(effective_month),
        note=change_note,
    )
    return version


@transaction.atomic
def correct_definition(*, by: User, measure: Measure, **definition: Any) -> MeasureVersion:
    """Change the present definition in place, while the collaborative is being set up.

    Raises ``ValidationError`` once it has started: then teams may report by it.
    """
    measure = _locked_measure(measure)
    policies.check_can_correct(measure)
    version = measure.latest
    changes = change(version, _settled({**definition_of(version), **definition}))
    if changes:
        mark_stale(DEFINITIONS, str(measure.collaborative_id))
        audit.record(
            by=by,
            event=CollabEvent.MEASURE_CHANGED,
            target=version,
            scope=measure.collaborative,
            name=version.name,
            changes=changes,
        )
    return version


@transaction.atomic
def set_required(*, by: User, measure: Measure, required: bool) -> Measure:
    """Make a measure core (every team reports it) or optional. This is no change of its definition."""
    measure = _locked_measure(measure)
    changes = change(measure, {"required": required})
    if changes:
        audit.record(
            by=by,
            event=CollabEvent.MEASURE_CHANGED,
            target=measure,
            scope=measure.collaborative,
            name=measure.latest.name,
            changes=changes,
        )
    return measure


@transaction.atomic
def move_measure(*, by: User, measure: Measure, places: int) -> None:
    """Move a measure in use up (negative) or down by so many places; at the end it stays where it is."""
    collaborative = locked(measure.collaborative)
    in_use = list(collaborative.measures.in_use())
    if measure not in in_use or not order.move(in_use, measure, places):
        return
    audit.record(
        by=by,
        event=CollabEvent.MEASURES_REORDERED,
        target=collaborative,
        scope=collaborative,
        codes=[each.code for each in in_use],
    )


@transaction.atomic
def retire_measure(*, by: User, measure: Measure) -> Measure:
    """Stop asking for a measure from today; what was reported stays."""
    measure = _locked_measure(measure)
    if measure.retired_on is None:
        measure.retired_on = measure.collaborative.today()
        measure.save(update_fields=["retired_on"])
        mark_stale(DEFINITIONS, str(measure.collaborative_id))
        audit.record(
            by=by,
            event=CollabEvent.MEASURE_RETIRED,
            target=measure,
            scope=measure.collaborative,
            name=measure.latest.name,
        )
    return measure


@transaction.atomic
def return_measure(*, by: User, measure: Measure) -> Measure:
    """Ask for a retired measure again."""
    measure = _locked_measure(measure)
    if measure.retired_on is not None:
        measure.retired_on = None
        measure.save(update_fields=["retired_on"])
        mark_stale(DEFINITIONS, str(measure.collaborative_id))
        audit.record(
            by=by,
            event=CollabEvent.MEASURE_RETURNED,
            target=measure,
            scope=measure.collaborative,
            name=measure.latest.name,
        )
    return measure


@transaction.atomic
def copy_measures(*, by: User, collaborative: Collaborative, measures: Sequence[Measure]) -> list[Measure]:
    """Define in ``collaborative`` what ``measures`` of others mean today, under the same codes.

    Raises ``ValidationError`` naming the codes that the collaborative already has; then nothing is copied.
    """
    taken = set(collaborative.measures.values_list("code", flat=True))
    clashing = sorted({measure.code for measure in measures} & taken)
    if clashing:
        raise ValidationError(
            _("This collaborative already has a measure with the code %(codes)s.") % {"codes": ", ".join(clashing)}
        )
    return [
        define_measure(
            by=by,
            collaborative=collaborative,
            code=measure.code,
            required=measure.required,
            **definition_of(measure.latest),
        )
        for measure in measures
    ]


@transaction.atomic
def copy_from_library(*, by: User, collaborative: Collaborative, copied: LibraryMeasure) -> Measure:
    """Define in ``collaborative`` what a measure of the library means, under its code or the next one that is free.

    It holds from the first month during the set-up, from the present month after the start; months that teams have
    reported are not asked for again. It is a core measure as long as there are few of them. Raises
    ``ValidationError`` when it was copied here before.
    """
    collaborative = locked(collaborative)
    policies.check_not_copied(collaborative, copied)
    codes = set(collaborative.measures.values_list("code", flat=True))
    return define_measure(
        by=by,
        collaborative=collaborative,
        code=first_free(copied.code, codes, separator="_"),
        required=policies.has_room_for_core(collaborative),
        effective_month=None if policies.is_in_setup(collaborative) else collaborative.present_month(),
        library_code=copied.code,
        **copied.definition,
    )


def _locked_measure(measure: Measure) -> Measure:
    fresh = locked(measure)
    # Policies ask the collaborative: one read under the lock, shared by all that follows.
    fresh.collaborative = Collaborative.objects.get(pk=fresh.collaborative_id)
    return fresh
