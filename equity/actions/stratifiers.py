"""By which groups a collaborative looks at its measures."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from collab.common import audit, order
from collab.common.changes import change, locked
from collab.models import Collaborative, Measure, User
from collab.policies import check_new_name
from equity.enums import EquityEvent
from equity.library import ALWAYS, Group
from equity.models import Stratifier, Stratum
from equity.policies import check_groups_can_change


@transaction.atomic
def add_stratifier(
    *,
    by: User | None,
    collaborative: Collaborative,
    code: str,
    name: str,
    groups: Sequence[Group],
    measures: Sequence[Measure],
    overlapping: bool = False,
) -> Stratifier:
    """Add a dimension with its groups; "unknown" and "declined" are always added, each of its own.

    Raises ``ValidationError`` when the code is taken, a group is there twice, or a measure is another collaborative's.
    """
    collaborative = locked(collaborative)
    _check_measures(collaborative, measures)
    check_new_name(collaborative.stratifiers, name)
    stratifier = Stratifier(
        collaborative=collaborative,
        code=code,
        name=name,
        overlapping=overlapping,
        position=order.next_position(collaborative.stratifiers),
    )
    stratifier.full_clean()
    stratifier.save()
    _set_groups(stratifier, groups)
    stratifier.measures.set(measures)
    audit.record(
        by=by,
        event=EquityEvent.STRATIFIER_ADDED,
        target=stratifier,
        scope=collaborative,
        name=name,
        groups=[str(group.name) for group in groups],
    )
    return stratifier


@transaction.atomic
def change_stratifier(
    *,
    by: User,
    stratifier: Stratifier,
    name: str,
    groups: Sequence[Group],
    measures: Sequence[Measure],
    overlapping: bool,
) -> Stratifier:
    """Change a dimension. Its groups, and whether they overlap, can change only while no figure hangs on them."""
    stratifier = locked(stratifier)
    _check_measures(stratifier.collaborative, measures)
    before = {(stratum.code, stratum.name) for stratum in stratifier.strata.all()}
    after = {(group.code, str(group.name)) for group in (*groups, *ALWAYS)}
    if before != after or overlapping != stratifier.overlapping:
        check_groups_can_change(stratifier)
    changes = change(stratifier, {"name": name, "overlapping": overlapping})
    if before != after:
        old = ", ".join(stratum.name for stratum in stratifier.strata.all())
        _set_groups(stratifier, groups)
        new = ", ".join(stratum.name for stratum in stratifier.strata.all())
        changes.append({"field": "strata", "old": old, "new": new})
    asked = {measure.pk: measure.code for measure in stratifier.measures.all()}
    if set(asked) != {measure.pk for measure in measures}:
        stratifier.measures.set(measures)
        wanted = ", ".join(measure.code for measure in measures)
        changes.append({"field": "measures", "old": ", ".join(asked.values()), "new": wanted})
    if changes:
        audit.record(
            by=by,
            event=EquityEvent.STRATIFIER_CHANGED,
            target=stratifier,
            scope=stratifier.collaborative,
            name=name,
            changes=changes,
        )
    return stratifier


@transaction.atomic
def retire_stratifier(*, by: User, stratifier: Stratifier) -> Stratifier:
    """Stop asking by these groups from today; what was reported stays."""
    stratifier = locked(stratifier)
    if stratifier.retired_on is None:
        stratifier.retired_on = stratifier.collaborative.today()
        stratifier.save(update_fields=["retired_on"])
        _record(by, EquityEvent.STRATIFIER_RETIRED, stratifier)
    return stratifier


@transaction.atomic
def return_stratifier(*, by: User, stratifier: Stratifier) -> Stratifier:
    """Ask by these groups again."""
    stratifier = locked(stratifier)
    if stratifier.retired_on is not None:
        stratifier.retired_on = None
        stratifier.save(update_fields=["retired_on"])
        _record(by, EquityEvent.STRATIFIER_RETURNED, stratifier)
    return stratifier


def _record(by: User, event: EquityEvent, stratifier: Stratifier) -> None:
    audit.record(by=by, event=event, target=stratifier, scope=stratifier.collaborative, name=stratifier.name)


def _check_measures(collaborative: Collaborative, measures: Sequence[Measure]) -> None:
    if any(measure.collaborative_id != collaborative.pk for measure in measures):
        raise ValidationError({"measures": _("Choose measures of this collaborative.")})


def _set_groups(stratifier: Stratifier, groups: Sequence[Group]) -> None:
    """Make the strata what ``groups`` say, in their order, and "unknown" and "declined" last."""
    always = {group.code for group in ALWAYS}
    every = [*(group for group in groups if group.code not in always), *ALWAYS]
    if len(every) == len(ALWAYS):
        raise ValidationError({"groups": _("Name at least one group.")})
    if len({group.code for group in every}) < len(every):
        raise ValidationError({"groups": _("A group is there twice.")})
    stratifier.strata.exclude(code__in=[group.code for group in every]).delete()
    for position, group in enumerate(every):
        values = {"name": str(group.name), "position": position}
        stratum, created = Stratum.objects.get_or_create(stratifier=stratifier, code=group.code, defaults=values)
        if not created:
            change(stratum, values)
