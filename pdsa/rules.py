"""Who may read, write, coach and take PDSA cycles."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db.models import Q

from collab.common.access import Access, remembered
from collab.enums import DataSharing
from collab.models import Collaborative
from collab.rules import manage_collaborative, taught_collaborative_ids, teach_collaborative
from pdsa.enums import Sharing
from teams.models import Team
from teams.rules import belong_to_team, leads_agency_of, teams_of_led_agencies, view_team


class PdsaPermission(StrEnum):
    """Permissions of this room: about a cycle, about a coach's score, about a team, about a collaborative."""

    VIEW_CYCLE = "pdsa.view_cycle"
    READ_CYCLE = "pdsa.read_cycle"
    COACH_CYCLE = "pdsa.coach_cycle"
    SEE_CYCLE_NUMBERS = "pdsa.see_cycle_numbers"
    SEE_SCORE = "pdsa.see_score"
    WRITE_CYCLES = "pdsa.write_cycles"
    DISCUSS_CYCLES = "pdsa.discuss_cycles"
    COACH_TEAMS = "pdsa.coach_teams"
    WATCH_TEAMS = "pdsa.watch_teams"
    READ_LIBRARY = "pdsa.read_library"


def joined_collaborative_ids(user: Any) -> frozenset[int]:
    """Collaboratives in which the person takes part today: in a team, or as the senior leader of a team's agency."""
    return remembered(
        user,
        "joined_collaborative_ids",
        lambda: frozenset(
            Team.objects.filter(belong_to_team.rows(user) | teams_of_led_agencies(user)).values_list(
                "collaborative_id", flat=True
            )
        ),
    )


def joined_center_ids(user: Any) -> frozenset[int]:
    """Centers in one of whose collaboratives the person takes part or teaches today."""
    return remembered(
        user,
        "joined_center_ids",
        lambda: frozenset(
            Collaborative.objects.filter(
                Q(pk__in=joined_collaborative_ids(user)) | Q(pk__in=taught_collaborative_ids(user))
            ).values_list("center_id", flat=True)
        ),
    )


def _within(user: Any, access: Access) -> Q:
    """The cycles of the teams over which ``user`` holds ``access``."""
    return Q(team__in=Team.objects.filter(access.rows(user)))


def _is_shared_with(user: Any, cycle: Any) -> bool:
    """Begun, and its team and its collaborative share it with the person's teams."""
    collaborative = cycle.team.collaborative
    if cycle.started_on is None or collaborative.data_sharing == DataSharing.POOLED:
        return False
    if cycle.sharing in (Sharing.COLLABORATIVE, Sharing.CENTER) and collaborative.pk in joined_collaborative_ids(user):
        return True
    return cycle.sharing == Sharing.CENTER and collaborative.center_id in joined_center_ids(user)


def _shared_rows(user: Any) -> Q:
    inside = Q(
        sharing__in=[Sharing.COLLABORATIVE, Sharing.CENTER],
        team__collaborative_id__in=joined_collaborative_ids(user),
    )
    beyond = Q(sharing=Sharing.CENTER, team__collaborative__center_id__in=joined_center_ids(user))
    return Q(started_on__isnull=False) & ~Q(team__collaborative__data_sharing=DataSharing.POOLED) & (inside | beyond)


# Whole worksheets: those who may see the team.
view_cycle = Access(PdsaPermission.VIEW_CYCLE)
# Its words, in the library: also those with whom it is shared. Never numbers, names of people, files or coaching.
read_cycle = Access(PdsaPermission.READ_CYCLE)
coach_cycle = Access(PdsaPermission.COACH_CYCLE)
see_cycle_numbers = Access(PdsaPermission.SEE_CYCLE_NUMBERS)

view_cycle.grant(lambda user, cycle: view_team.check(user, cycle.team), lambda user: _within(user, view_team))
read_cycle.grant(view_cycle.check, view_cycle.rows)
read_cycle.grant(_is_shared_with, _shared_rows)

# Numbers of a small test are often below eleven: the same people see them who see a team's small counts.
see_cycle_numbers.grant(
    lambda user, cycle: belong_to_team.check(user, cycle.team) or leads_agency_of(user, cycle.team),
    lambda user: Q(team__in=Team.objects.filter(belong_to_team.rows(user) | teams_of_led_agencies(user))),
)
see_cycle_numbers.grant(
    lambda user, cycle: (
        cycle.team.collaborative.faculty_see_small_counts
        and cycle.team.collaborative_id in taught_collaborative_ids(user)
    ),
    lambda user: (
        Q(team__collaborative__faculty_see_small_counts=True)
        & Q(team__collaborative_id__in=taught_collaborative_ids(user))
    ),
)

write_cycles = Access(PdsaPermission.WRITE_CYCLES)
write_cycles.grant(belong_to_team.check, belong_to_team.rows)

# Feedback, private notes and manual scores are the faculty's; coordinators and leaders read the threads.
coach_teams = Access(PdsaPermission.COACH_TEAMS)
coach_teams.grant(teach_collaborative.check, teach_collaborative.rows)
coach_cycle.grant(
    lambda user, cycle: cycle.team.collaborative_id in taught_collaborative_ids(user),
    lambda user: Q(team__collaborative_id__in=taught_collaborative_ids(user)),
)

# What a coach said after reading a cycle: other coaches see it once their own answer is in, so that two judge apart.
# Those who only look after the collaborative judge nothing, and see all.
see_score = Access(PdsaPermission.SEE_SCORE)
see_score.grant(
    lambda user, score: (
        score.cycle.team.collaborative_id in taught_collaborative_ids(user)
        and score.cycle.coach_scores.filter(coach=user).exists()
    ),
    lambda user: Q(
        cycle__team__collaborative_id__in=taught_collaborative_ids(user),
        cycle__in=user.coach_scores.order_by().values("cycle"),
    ),
)
see_score.grant(
    lambda user, score: (
        score.cycle.team.collaborative_id not in taught_collaborative_ids(user)
        and manage_collaborative.check(user, score.cycle.team.collaborative)
    ),
    lambda user: (
        Q(cycle__team__collaborative__in=Collaborative.objects.filter(manage_collaborative.rows(user)))
        & ~Q(cycle__team__collaborative_id__in=taught_collaborative_ids(user))
    ),
)

discuss_cycles = Access(PdsaPermission.DISCUSS_CYCLES)
discuss_cycles.grant(belong_to_team.check, belong_to_team.rows)
discuss_cycles.grant(
    lambda user, team: team.collaborative_id in taught_collaborative_ids(user),
    lambda user: Q(collaborative_id__in=taught_collaborative_ids(user)),
)

# All teams' cycles side by side: faculty and the center.
watch_teams = Access(PdsaPermission.WATCH_TEAMS)
watch_teams.grant(manage_collaborative.check, manage_collaborative.rows)
watch_teams.grant(teach_collaborative.check, teach_collaborative.rows)

# The library of a collaborative: who takes part, teaches or looks after it. Sponsors read results, not worksheets.
read_library = Access(PdsaPermission.READ_LIBRARY)
read_library.grant(watch_teams.check, watch_teams.rows)
read_library.grant(
    lambda user, collaborative: collaborative.pk in joined_collaborative_ids(user),
    lambda user: Q(pk__in=joined_collaborative_ids(user)),
)
