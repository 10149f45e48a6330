"""What this room contributes to menus, My work, the search and the set-up checklist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.enums import Tone
from collab.common.sections import (
    ChecklistLine,
    DueItem,
    NavItem,
    SearchResult,
    contributes_checklist,
    contributes_due,
    contributes_nav,
    contributes_search,
)
from collab.enums import CenterRole
from collab.models import Center, CenterAppointment, Collaborative
from teams.enums import InvitedRole, SubjectKind, TeamStatus
from teams.models import Agency, Invitation, LeaderRequest, Team, TeamMembership
from teams.presenters import address_of_people
from teams.queries.invitations import open_invitations_for
from teams.queries.people import faculty_found, leaders_found, members_found
from teams.rules import sees_teams

MOST_RESULTS = 10


@contributes_nav(Collaborative)
def teams_of_collaborative(collaborative: Collaborative, viewer: Any) -> Iterator[NavItem]:
    if sees_teams(viewer, collaborative):
        yield NavItem(title=_("Teams"), url=reverse("teams", args=[collaborative.slug]), order=20, key="teams")


@contributes_nav(Team)
def people_and_requests(team: Team, _viewer: Any) -> Iterator[NavItem]:
    where = [team.collaborative.slug, team.slug]
    yield NavItem(title=_("People"), url=reverse("team_people", args=where), order=60, key="people")
    yield NavItem(title=_("Requests"), url=reverse("team_requests", args=where), order=70, key="requests")


@contributes_due
def invitations_and_requests(user: Any, _now: dt.datetime) -> Iterator[DueItem]:
    """Invitations that wait for the person, and requests that wait for the person's answer as a senior leader."""
    for invitation in open_invitations_for(user):
        yield DueItem(
            title=_("Invitation: %(role)s") % {"role": invitation.get_role_display()},
            url=reverse("profile"),
            action=_("Open"),
            due=invitation.expires_at.date(),
            where=str(invitation.subject),
            tone=Tone.INFO,
            detail=_("From %(person)s") % {"person": invitation.invited_by},
        )
    waiting = LeaderRequest.objects.waiting_for(user).select_related("team__collaborative")
    for request in waiting:
        yield DueItem(
            title=_("Request: %(text)s") % {"text": request.text},
            url=reverse("team_requests", args=[request.team.collaborative.slug, request.team.slug]),
            action=_("Answer"),
            due=request.needed_by,
            where=request.team.name,
            tone=Tone.ATTENTION,
        )


@contributes_due
def centers_without_coordinator(user: Any, _now: dt.datetime) -> Iterator[DueItem]:
    """Site administrators appoint coordinators: centers that have none, and none invited, wait for that."""
    if not user.is_superuser:
        return
    looked_after = CenterAppointment.objects.current().filter(role=CenterRole.COORDINATOR)
    invited = Invitation.objects.open().filter(role=InvitedRole.COORDINATOR)
    alone = Center.objects.exclude(pk__in=looked_after.values("center")).exclude(pk__in=invited.values("center"))
    for center in alone:
        yield DueItem(
            title=_("Nobody coordinates this center"),
            url=reverse("center_people", args=[center.slug]) + "#invite",
            action=_("Invite a coordinator"),
            due=None,
            where=center.name,
            detail=_("Coordinators set up its collaboratives and look after them."),
        )


@contributes_search
def teams_and_agencies(user: Any, words: str) -> Iterator[SearchResult]:
    """Teams and agencies by name or code, as far as the person may see them."""
    found_teams = (
        Team.objects.visible_to(user)
        .filter(Q(name__icontains=words) | Q(agency__name__icontains=words))
        .select_related("collaborative")
    )
    for team in found_teams[:MOST_RESULTS]:
        yield SearchResult(title=team.name, url=team.get_absolute_url(), kind=_("Teams"), where=team.collaborative.name)
    found_agencies = (
        Agency.objects.visible_to(user)
        .filter(Q(name__icontains=words) | Q(code__icontains=words))
        .select_related("center")
    )
    for agency in found_agencies[:MOST_RESULTS]:
        yield SearchResult(
            title=agency.name, url=agency.get_absolute_url(), kind=_("Agencies"), where=agency.center.name
        )


@contributes_search
def people(user: Any, words: str) -> Iterator[SearchResult]:
    """People whom the person may know of: in teams they see, faculty beside them, leaders they look after."""
    kind = _("People")
    for member in members_found(user, words, limit=MOST_RESULTS):
        where = f"{member.get_role_display()}, {member.team.name}"
        yield SearchResult(title=str(member.user), url=address_of_people(member.team), kind=kind, where=where)
    for held in faculty_found(user, words, limit=MOST_RESULTS):
        where = f"{held.get_role_display()}, {held.collaborative.name}"
        url = held.collaborative.get_absolute_url()
        yield SearchResult(title=str(held.user), url=url, kind=kind, where=where)
    for leader in leaders_found(user, words, limit=MOST_RESULTS):
        where = f"{leader.get_role_display()}, {leader.agency.name}"
        yield SearchResult(title=str(leader.user), url=address_of_people(leader.agency), kind=kind, where=where)


@contributes_checklist
def teams_and_their_people(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    """Teams are needed before the start; a team without a person is pointed out."""
    active = Team.objects.filter(collaborative=collaborative, status=TeamStatus.ACTIVE)
    count = active.count()
    yield ChecklistLine(
        key="teams",
        title=_("Teams"),
        done=count > 0,
        url=reverse("teams" if count else "team_add", args=[collaborative.slug]),
        action=_("See teams") if count else _("Add teams"),
        order=60,
        detail=ngettext("%(count)s team", "%(count)s teams", count) % {"count": count},
        needed=True,
    )
    if not count:
        return
    invited = Invitation.objects.open().filter(team__in=active, role__in=InvitedRole.of_kind(SubjectKind.TEAM))
    peopled = TeamMembership.objects.current().filter(team__in=active)
    alone = active.exclude(pk__in=peopled.values("team")).exclude(pk__in=invited.values("team")).count()
    yield ChecklistLine(
        key="team_people",
        title=_("People in the teams"),
        done=not alone,
        url=reverse("teams", args=[collaborative.slug]),
        action=_("Invite people"),
        order=70,
        hint=ngettext(
            "%(count)s team has nobody in it and nobody invited.",
            "%(count)s teams have nobody in them and nobody invited.",
            alone,
        )
        % {"count": alone}
        if alone
        else "",
    )
