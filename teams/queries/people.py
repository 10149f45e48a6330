"""Who holds which role, in words and with dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from collab.common.models import DatedQuerySet
from collab.models import Center, CenterAppointment, Collaborative, CollaborativeAppointment
from teams.models import Agency, AgencyAppointment, Team, TeamMembership
from teams.rules import manage_agency

Appointment = CenterAppointment | CollaborativeAppointment | AgencyAppointment


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role of a person in words: "Data lead", where, since when. ``since`` is empty for site administrators."""

    role: str
    where: str
    url: str
    since: dt.date | None


def roles_of(user: Any) -> list[RoleLine]:
    """Every role the person holds today, widest first. Four queries."""
    return roles_of_all([user])[user.pk]


def roles_of_all(people: Collection[Any]) -> dict[int, list[RoleLine]]:
    """Person → every role they hold today, widest first. Four queries, however many people."""
    roles: dict[int, list[RoleLine]] = {person.pk: [] for person in people}
    for kind in (_site_roles, _center_roles, _collaborative_roles, _agency_roles, _teams):
        for person_id, role in kind(people):
            roles[person_id].append(role)
    return roles


Held = Iterator[tuple[int, RoleLine]]


def _site_roles(people: Collection[Any]) -> Held:
    for person in people:
        if person.is_superuser:
            yield person.pk, RoleLine(_("Site administrator"), _("This site"), "", None)


def _center_roles(people: Collection[Any]) -> Held:
    for held in CenterAppointment.objects.current().filter(user__in=people).select_related("center"):
        url = reverse("center", args=[held.center.slug])
        yield held.user_id, RoleLine(held.get_role_display(), held.center.name, url, held.started_on)


def _collaborative_roles(people: Collection[Any]) -> Held:
    for held in CollaborativeAppointment.objects.current().filter(user__in=people).select_related("collaborative"):
        where = held.collaborative
        yield held.user_id, RoleLine(held.get_role_display(), where.name, where.get_absolute_url(), held.started_on)


def _agency_roles(people: Collection[Any]) -> Held:
    for held in AgencyAppointment.objects.current().filter(user__in=people).select_related("agency"):
        url = held.agency.get_absolute_url()
        yield held.user_id, RoleLine(held.get_role_display(), held.agency.name, url, held.started_on)


def _teams(people: Collection[Any]) -> Held:
    for held in TeamMembership.objects.current().filter(user__in=people).select_related("team__collaborative"):
        where = _("%(team)s in %(collaborative)s") % {
            "team": held.team.name,
            "collaborative": held.team.collaborative.name,
        }
        url = held.team.get_absolute_url()
        yield held.user_id, RoleLine(held.get_role_display(), where, url, held.started_on)


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
        .filter(team__in=Team.objects.visible_to(user), user__name__icontains=words)
        .select_related("user", "team__collaborative")[:limit]
    )


def faculty_found(user: Any, words: str, *, limit: int) -> list[CollaborativeAppointment]:
    """Faculty, sponsors and reviewers of collaboratives that ``user`` may see, whose name holds ``words``."""
    return list(
        CollaborativeAppointment.objects.current()
        .filter(
            collaborative__in=Collaborative.objects.visible_to(user),
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
