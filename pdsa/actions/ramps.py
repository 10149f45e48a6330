"""Changing a series of cycles: its beginning, its words, its end, and taking it up again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import change, locked
from collab.common.formatting import day
from collab.common.order import next_number
from collab.models import ChangeIdea, User
from pdsa.enums import PdsaEvent, RampStatus
from pdsa.limits import DOUBLE_PRESS
from pdsa.models import Aim, Ramp
from pdsa.policies import NotReadyError, check_ramp_can_end, check_team_works
from teams.models import Team


@transaction.atomic
def open_ramp(
    *,
    by: User | None,
    team: Team,
    title: str,
    aim: Aim | None = None,
    idea: ChangeIdea | None = None,
    objective: str = "",
) -> Ramp:
    """Begin a series of cycles."""
    check_team_works(team)
    team = locked(team)
    ramp = Ramp(
        team=team,
        number=next_number(team.ramps.all()),
        title=title,
        aim=aim,
        idea=idea,
        objective=objective,
        created_by=by,
    )
    ramp.full_clean(exclude=["team", "created_by"])
    ramp.save()
    if idea is not None:
        ramp.drivers.set(idea.drivers.all())
    audit.record(by=by, event=PdsaEvent.RAMP_ADDED, target=ramp, scope=team.collaborative, title=title)
    return ramp


@transaction.atomic
def add_ramp(
    *, by: User, team: Team, title: str, aim: Aim | None = None, idea: ChangeIdea | None = None, objective: str = ""
) -> Ramp:
    """Begin a series; a second press of the button returns the one that the first made.

    Raises ``NotReadyError`` and ``ValidationError``.
    """
    team = locked(team)
    _check_own(team, aim)
    twin = team.ramps.filter(created_by=by, title=title, created_at__gt=timezone.now() - DOUBLE_PRESS).last()
    return twin or open_ramp(by=by, team=team, title=title, aim=aim, idea=idea, objective=objective)


@transaction.atomic
def change_ramp(*, by: User, ramp: Ramp, values: Mapping[str, Any]) -> list[str]:
    """Write these fields. A new change idea brings its drivers. Returns the names of what differs.

    Raises ``NotReadyError`` and ``ValidationError``.
    """
    check_team_works(ramp.team)
    stored = locked(ramp)
    _check_own(ramp.team, values.get("aim"))
    differing = change(stored, dict(values))
    if any(difference["field"] == "idea" for difference in differing) and stored.idea is not None:
        stored.drivers.set(stored.idea.drivers.all())
    if differing:
        _note(by, PdsaEvent.RAMP_CHANGED, stored, changes=differing)
    return [difference["field"] for difference in differing]


@transaction.atomic
def end_ramp(*, by: User, ramp: Ramp, status: RampStatus, reason: str = "", on: dt.date | None = None) -> Ramp:
    """Finish a series (its change is settled) or stop it, with the reason; a cycle that is open has to be closed first.

    Raises ``NotReadyError`` with open cycles, without a reason for stopping, for a day in the future, and when it has
    ended already.
    """
    check_team_works(ramp.team)
    stored = locked(ramp)
    check_ramp_can_end(stored)
    today = ramp.team.collaborative.today()
    if on is not None and on > today:
        raise NotReadyError(_("%(day)s is in the future. Choose today or a day before.") % {"day": day(on)})
    if status is RampStatus.STOPPED and not reason.strip():
        raise NotReadyError(_("Say why the series stops, so that others can learn from it."))
    stored.status, stored.status_reason, stored.ended_on = status, reason.strip(), on or today
    stored.full_clean(exclude=["team", "created_by"])
    stored.save(update_fields=["status", "status_reason", "ended_on"])
    _note(by, PdsaEvent.RAMP_ENDED, stored, note=str(status.label), reason=stored.status_reason)
    return stored


@transaction.atomic
def resume_ramp(*, by: User | None, ramp: Ramp) -> Ramp:
    """Take an ended series up again. Why it had ended stays in the audit trail. Raises ``NotReadyError``."""
    check_team_works(ramp.team)
    stored = locked(ramp)
    if stored.status == RampStatus.ACTIVE:
        raise NotReadyError(_("This series goes on already."))
    reason = stored.status_reason
    stored.status, stored.status_reason, stored.ended_on = RampStatus.ACTIVE, "", None
    stored.save(update_fields=["status", "status_reason", "ended_on"])
    _note(by, PdsaEvent.RAMP_RESUMED, stored, reason=reason)
    return stored


@transaction.atomic
def keep_going(*, by: User | None, ramp: Ramp) -> Ramp:
    """The series for a cycle that is about to be open in it: one that has ended is taken up again with the cycle.

    It is held until the transaction ends, so that nobody ends it meanwhile. Raises ``NotReadyError``.
    """
    stored = locked(ramp)
    return stored if stored.status == RampStatus.ACTIVE else resume_ramp(by=by, ramp=stored)


def _check_own(team: Team, aim: Aim | None) -> None:
    if aim is not None and aim.team_id != team.pk:
        raise ValidationError({"aim": _("A series leads to an aim of its own team.")})


def _note(by: User | None, event: PdsaEvent, ramp: Ramp, **detail: Any) -> None:
    audit.record(by=by, event=event, target=ramp, scope=ramp.team.collaborative, name=ramp.title, **detail)
