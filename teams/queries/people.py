"""Who holds which role, in words and with dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from collab.common.models import DatedQuerySet
from collab.models import Center, CenterAppointment, Collaborative, CollaborativeAppointment
from collab.rules import view_collaborative
from teams.models import Agency, AgencyAppointment, Team, TeamMembership
from teams.rules import manage_agency, view_team

Appointment = CenterAppointment | CollaborativeAppointment | AgencyAppointment


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of a person: "Data lead", where, since when. ``since`` is empty for administrators of the site."""

    role: str
    where: str
    url: str
    since: dt.date | None


def roles_of(user: Any) -> list[HeldRole]:
    """Every role the person holds today, widest first. Four queries."""
    return [*_site_roles(user), *_center_roles(user), *_collaborative_roles(user), *_agency_roles(user), *_teams(user)]


def _site_roles(user: Any) -> list[HeldRole]:
    return [HeldRole(_("Site administrator"), _("This site"), "", None)] if user.is_superuser else []


def _center_roles(user: Any) -> Iterator[HeldRole]:
    for held in CenterAppointment.objects.current().filter(user=user).select_related("center"):
        url = reverse("center", args=[held.center.slug])
        yield HeldRole(held.get_role_display(), held.center.name, url, held.started_on)


def _collaborative_roles(user: Any) -> Iterator[HeldRole]:
    for held in CollaborativeAppointment.objects.current().filter(user=user).select_related("collaborative"):
        where = held.collaborative
        yield HeldRole(held.get_role_display(), where.name, where.get_absolute_url(), held.started_on)


def _agency_roles(user: Any) -> Iterator[HeldRole]:
    for held in AgencyAppointment.objects.current().filter(user=user).select_related("agency"):
        yield HeldRole(held.get_role_display(), held.agency.name, held.agency.get_absolute_url(), held.started_on)


def _teams(user: Any) -> Iterator[HeldRole]:
    for held in TeamMembership.objects.current().filter(user=user).select_related("team__collaborative"):
        where = _("%(team)s in %(collaborative)s") % {
            "team": held.team.name,
            "collaborative": held.team.collaborative.name,
        }
        yield HeldRole(held.get_role_display(), where, held.team.get_absolute_url(), held.started_on)


def current_people_of(team: Team) -> DatedQuerySet:
    """Memberships that hold today, by name."""
    return TeamMembership.objects.filter(team=team).current().select_related("user")


def former_people_of(team: Team) -> DatedQuerySet:
    """Memberships that have ended, last leavers first: turnover is counted from these."""
    current = TeamMembership.objects.filter(team=team).current()
    return (
        TeamMembership.objects.filter(team=team, ended_on__isnull=False)
        .exclude(pk__in=current)
        .select_related("user")
        .order_by("-ended_on", "user__name")
    )


def members_found(user: Any, words: str, *, limit: int) -> list[TeamMembership]:
    """People in teams that ``user`` may see, whose name holds ``words``."""
    return list(
        TeamMembership.objects.current()
        .filter(team__in=Team.objects.filter(view_team.rows(user)), user__name__icontains=words)
        .select_related("user", "team__collaborative")[:limit]
    )


def faculty_found(user: Any, words: str, *, limit: int) -> list[CollaborativeAppointment]:
    """Faculty, sponsors and reviewers of collaboratives that ``user`` may see, whose name holds ``words``."""
    return list(
        CollaborativeAppointment.objects.current()
        .filter(
            collaborative__in=Collaborative.objects.filter(view_collaborative.rows(user)),
            user__name__icontains=words,
        )
        .select_related("user", "collaborative")[:limit]
    )


def leaders_found(user: Any, words: str, *, limit: int) -> list[AgencyAppointment]:
    """Senior leaders of agencies that ``user`` manages, whose name holds ``words``."""
    return list(
        AgencyAppointment.objects.current()
        .filter(agency__in=Agency.objects.filter(manage_agency.rows(user)), user__name__icontains=words)
        .select_related("user", "agency")[:limit]
    )


def held_roles_in(subject: Center | Collaborative | Agency) -> tuple[list[Appointment], list[Appointment]]:
    """Appointments in a center, collaborative or agency: those of today by name, and those that have ended."""
    held = list(subject.appointments.select_related("user").order_by("user__name", "pk"))
    ended = [each for each in held if not each.is_current and each.ended_on]
    return [each for each in held if each.is_current], sorted(ended, key=lambda each: each.ended_on, reverse=True)
