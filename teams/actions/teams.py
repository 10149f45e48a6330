"""Enrolling teams, and how they leave, return and complete.

When who takes part changes, engagement and benchmarks that were computed become old: each change writes a stale mark
under ``ROSTER``, and the room that computes catches up with it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import change, locked
from collab.common.jobs import mark_stale
from collab.common.names import first_free
from collab.models import Collaborative, User
from teams.actions.agencies import add_agencies
from teams.enums import TeamsEvent, TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Agency, Team
from teams.policies import (
    check_can_complete,
    check_can_return,
    check_can_withdraw,
    check_not_in_future,
    suggested_stage,
)

# The room above catches up with it (``metrics.tasks``). Key: the collaborative's number.
ROSTER = "teams.roster"
CODE_NAME = "Team %s"


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team to enroll. Empty fields are filled: the name from the agency, the day from the collaborative's start.

    An agency that is not stored yet is added to its center with the team.
    """

    agency: Agency
    partner_agency: Agency | None = None
    name: str = ""
    enrolled_on: dt.date | None = None


@transaction.atomic
def enroll_teams(
    *,
    by: User | None,
    collaborative: Collaborative,
    new_teams: Sequence[NewTeam],
    chance: random.Random | None = None,
) -> list[Team]:
    """Enroll teams, each with a short name for its address and a code name for others.

    New agencies are added first. Code names are drawn by chance (``chance``, default: the system's), so that they
    follow neither the alphabet nor the order of enrolment. Raises ``ValidationError`` when an agency already has a team
    of its own here, or a new one's code is taken.
    """
    # Two people enrolling at once would draw the same codes: the collaborative's row makes them queue.
    collaborative = locked(collaborative)
    if new_agencies := [new.agency for new in new_teams if new.agency._state.adding]:
        add_agencies(by=by, agencies=new_agencies)
    existing = Team.objects.filter(collaborative=collaborative)
    slugs, codes = set(), set()
    for slug, code in existing.values_list("slug", "code_name"):
        slugs.add(slug)
        codes.add(code)
    alone = set(existing.filter(partner_agency=None).values_list("agency_id", flat=True))
    drawn = draw_code_names(codes, len(new_teams), chance or random.SystemRandom())
    to_store = []
    for new, code in zip(new_teams, drawn, strict=True):
        _check_agencies(new, alone)
        name = new.name or default_name(new.agency, new.partner_agency)
        team = Team(
            collaborative=collaborative,
            agency=new.agency,
            partner_agency=new.partner_agency,
            name=name,
            slug=free_slug(name, slugs),
            code_name=code,
            enrolled_on=new.enrolled_on or collaborative.start,
        )
        # Not full_clean: it asks the database a dozen questions a team, all of them answered above.
        team.clean_fields(exclude=["collaborative", "agency", "partner_agency"])
        slugs.add(team.slug)
        to_store.append(team)
    enrolled = Team.objects.bulk_create(to_store)
    audit.record_each(
        by=by,
        event=TeamsEvent.TEAM_ENROLLED,
        targets={
            team: {
                "name": team.name,
                "agency": team.agency_id,
                "partner_agency": team.partner_agency_id,
                "enrolled_on": team.enrolled_on.isoformat(),
            }
            for team in enrolled
        },
        scope=collaborative,
    )
    if enrolled:
        mark_stale(ROSTER, str(collaborative.pk))
    return enrolled


def _check_agencies(new: NewTeam, alone: set[int]) -> None:
    """One team of its own for an agency, and two agencies in a pair. ``alone`` are those that have a team: added to."""
    if new.partner_agency == new.agency:
        raise ValidationError(_("The partner must be another agency."))
    if new.partner_agency is None:
        if new.agency.pk in alone:
            raise ValidationError(_("This agency already has a team in this collaborative."))
        alone.add(new.agency.pk)


def default_name(agency: Agency, partner: Agency | None) -> str:
    """A team is called after its agency, or after both of a pair."""
    return (agency.name if partner is None else f"{agency.name} + {partner.name}")[:200]


def free_slug(name: str, taken: Container[str]) -> str:
    """A short name for the address that no other team has: "north-side", then "north-side-2"."""
    return first_free(slugify(name)[:50] or "team", taken)


def draw_code_names(taken: set[str], count: int, chance: random.Random) -> list[str]:
    """``count`` free code names by chance, from twice as many numbers as there are teams: a code tells no order."""
    pool = max(2 * (len(taken) + count), 20)
    width = max(2, len(str(pool)))
    free = [code for number in range(1, pool + 1) if (code := CODE_NAME % f"{number:0{width}}") not in taken]
    return chance.sample(free, count)


@transaction.atomic
def change_team(*, by: User, team: Team, name: str, code_name: str, enrolled_on: dt.date) -> None:
    """Change a team's name, code name or day of enrolment; its address stays, so that links keep working."""
    team = locked(team)
    changes = change(team, {"name": name, "code_name": code_name, "enrolled_on": enrolled_on})
    if not changes:
        return
    _record(by, TeamsEvent.TEAM_CHANGED, team, changes=changes)
    if any(changed["field"] == "enrolled_on" for changed in changes):
        mark_stale(ROSTER, str(team.collaborative_id))


@transaction.atomic
def withdraw_team(
    *,
    by: User,
    team: Team,
    on: dt.date,
    reason: WithdrawalReason,
    stage: WithdrawalStage | None = None,
    note: str = "",
) -> None:
    """Record that a team left; its data and its people's rows stay. Without a stage the calendar tells it."""
    team = locked(team)
    check_can_withdraw(team)
    check_not_in_future(on, team.collaborative.today())
    team.status = TeamStatus.WITHDRAWN
    team.withdrawn_on = on
    team.withdrawal_stage = stage or suggested_stage(team.collaborative, on)
    team.withdrawal_reason = reason
    team.withdrawal_note = note
    _save_status(team)
    _record(
        by,
        TeamsEvent.TEAM_WITHDRAWN,
        team,
        on=on.isoformat(),
        stage=str(team.withdrawal_stage),
        reason=reason.value,
        note=note,
    )


@transaction.atomic
def complete_team(*, by: User, team: Team, on: dt.date) -> None:
    """Record that a team completed the collaborative."""
    team = locked(team)
    check_can_complete(team)
    check_not_in_future(on, team.collaborative.today())
    team.status = TeamStatus.COMPLETED
    team.completed_on = on
    _save_status(team)
    _record(by, TeamsEvent.TEAM_COMPLETED, team, on=on.isoformat())


@transaction.atomic
def return_team(*, by: User, team: Team) -> None:
    """Let a team that left or completed take part again. What was recorded before stays in the history."""
    team = locked(team)
    check_can_return(team)
    before = {
        "status": str(team.status),
        "withdrawn_on": team.withdrawn_on.isoformat() if team.withdrawn_on else None,
        "stage": str(team.withdrawal_stage),
        "reason": str(team.withdrawal_reason),
        "note": team.withdrawal_note,
        "completed_on": team.completed_on.isoformat() if team.completed_on else None,
    }
    team.status = TeamStatus.ACTIVE
    team.withdrawn_on = team.completed_on = None
    team.withdrawal_stage = team.withdrawal_reason = team.withdrawal_note = ""
    _save_status(team)
    _record(by, TeamsEvent.TEAM_RETURNED, team, before=before)


def _save_status(team: Team) -> None:
    team.save(
        update_fields=[
            "status",
            "withdrawn_on",
            "withdrawal_stage",
            "withdrawal_reason",
            "withdrawal_note",
            "completed_on",
        ]
    )
    mark_stale(ROSTER, str(team.collaborative_id))


def _record(by: User, event: TeamsEvent, team: Team, **detail: object) -> None:
    audit.record(by=by, event=event, target=team, scope=team.collaborative, **detail)
