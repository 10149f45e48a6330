"""Writing aims: what a team wants to reach, as an aim statement or a charter over the same record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import change, locked
from collab.common.formatting import day
from collab.common.order import next_number
from collab.models import Measure, User
from pdsa.enums import PdsaEvent
from pdsa.limits import DOUBLE_PRESS
from pdsa.models import Aim
from pdsa.policies import NotReadyError, check_aim_open, check_team_works
from teams.models import Team


@transaction.atomic
def add_aim(*, by: User, team: Team, values: Mapping[str, Any], measures: Collection[Measure] = ()) -> Aim:
    """Write a new aim. A second press of the button returns the aim that the first one made.

    Raises ``NotReadyError`` and ``ValidationError``.
    """
    check_team_works(team)
    team = locked(team)
    title = str(values.get("title", "")).strip()
    twin = team.aims.filter(created_by=by, title=title, created_at__gt=timezone.now() - DOUBLE_PRESS).last()
    if twin is not None:
        return twin
    aim = Aim(team=team, number=next_number(team.aims.all()), created_by=by, **values)
    aim.full_clean(exclude=["team", "created_by"])
    aim.save()
    _check_own(aim, measures)
    aim.measures.set(measures)
    _note(by, PdsaEvent.AIM_ADDED, aim)
    return aim


@transaction.atomic
def change_aim(
    *, by: User, aim: Aim, values: Mapping[str, Any], measures: Collection[Measure] | None = None
) -> list[str]:
    """Write these fields; the others stay as they are, also those that the chosen form does not show.

    ``measures`` None leaves the measures alone. Returns the names of what differs. The old words stay in the audit
    trail. Raises ``NotReadyError`` and ``ValidationError``.
    """
    check_team_works(aim.team)
    stored = locked(aim)
    check_aim_open(stored)
    differing = change(stored, dict(values))
    if measures is not None:
        _check_own(stored, measures)
        before = {measure.pk: measure for measure in stored.measures.all()}
        after = {measure.pk: measure for measure in measures}
        if before.keys() != after.keys():
            stored.measures.set(measures)
            differing.append({"field": "measures", "old": _codes(before), "new": _codes(after)})
    if differing:
        _note(by, PdsaEvent.AIM_CHANGED, stored, changes=differing)
    return [difference["field"] for difference in differing]


@transaction.atomic
def close_aim(*, by: User, aim: Aim, outcome: str, on: dt.date | None = None) -> Aim:
    """Close an aim with what was reached. Its ramps go on until they are ended themselves.

    Raises ``NotReadyError`` without words, for a day in the future, and when it is closed already.
    """
    check_team_works(aim.team)
    stored = locked(aim)
    check_aim_open(stored)
    today = aim.team.collaborative.today()
    if on is not None and on > today:
        raise NotReadyError(_("%(day)s is in the future. Choose today or a day before.") % {"day": day(on)})
    if not outcome.strip():
        raise NotReadyError(_("Say in a sentence what was reached, so that others learn from it."))
    stored.outcome, stored.closed_on = outcome.strip(), on or today
    stored.full_clean(exclude=["team", "created_by"])
    stored.save(update_fields=["outcome", "closed_on"])
    _note(by, PdsaEvent.AIM_CLOSED, stored, note=stored.outcome)
    return stored


@transaction.atomic
def reopen_aim(*, by: User, aim: Aim) -> Aim:
    """Take a closed aim up again; what was reached so far stays written."""
    check_team_works(aim.team)
    stored = locked(aim)
    if stored.closed_on is None:
        raise NotReadyError(_("This aim is open already."))
    stored.closed_on = None
    stored.save(update_fields=["closed_on"])
    _note(by, PdsaEvent.AIM_REOPENED, stored)
    return stored


def _check_own(aim: Aim, measures: Collection[Measure]) -> None:
    if any(measure.collaborative_id != aim.team.collaborative_id for measure in measures):
        raise ValidationError({"measures": _("An aim is followed with measures of its own collaborative.")})


def _codes(measures: Mapping[int, Measure]) -> str:
    return ", ".join(measure.code for measure in measures.values())


def _note(by: User, event: PdsaEvent, aim: Aim, **detail: Any) -> None:
    audit.record(by=by, event=event, target=aim, scope=aim.team.collaborative, name=aim.title, **detail)
