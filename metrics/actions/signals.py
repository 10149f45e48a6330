"""Telling people of new signals: once a week at most, each signal once, to those who see the series it is in.

What a team's series show is read where a signal holds (``TeamSignal``). What was told is kept with the months that the
signal covered: a later reading that reaches into these months, as after a correction, is the same signal.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import letters, months
from collab.common.models import Letter
from collab.enums import CollaborativeRole
from collab.models import Collaborative, CollaborativeAppointment, User
from metrics.actions.standings import TEAMS_AT_ONCE
from metrics.enums import MetricsLetters
from metrics.models import SignalNews, TeamSignal
from metrics.queries.series import Panel, panels_of_batch
from metrics.rules import see_small_counts
from teams.enums import AgencyRole, TeamStatus
from teams.models import AgencyAppointment, Team, TeamMembership

LINES_A_MAIL = 25
NEWS_FOR = 3
"""A signal whose last point lies so many periods back is no news when it is found."""


@dataclass(frozen=True, slots=True)
class Found:
    """A signal that holds: its rule, whether of concern, and the first and last month of its points."""

    kind: str
    concern: bool
    began: dt.date
    through: dt.date


Reader = Callable[[Panel], Sequence[Found | None]]
Words = Callable[[SignalNews, int], str]

_tellers: list[tuple[Reader, Words]] = []


def tells_signals(reader: Reader, words: Words) -> None:
    """Register who finds signals and who words them: both live in a layer above."""
    _tellers[:] = [(reader, words)]


def look_for_news(*, collaborative: Collaborative, now: dt.datetime | None = None) -> int:
    """Keep what the teams' series show now, some teams at a time. Returns how many signals are new."""
    at = now or timezone.now()
    active = Team.objects.filter(collaborative=collaborative, status=TeamStatus.ACTIVE)
    owed = active.filter(
        Q(pk__in=TeamSignal.objects.values("team")) | Q(pk__in=SignalNews.objects.filter(holds=True).values("team"))
    )
    ids = list(owed.order_by("pk").values_list("pk", flat=True))
    return sum(
        _look(collaborative, ids[first : first + TEAMS_AT_ONCE], at) for first in range(0, len(ids), TEAMS_AT_ONCE)
    )


@transaction.atomic
def _look(collaborative: Collaborative, team_ids: Sequence[int], now: dt.datetime) -> int:
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=team_ids).order_by("pk").values_list("pk"))
    ended = collaborative.ended_months(now)
    if not ended:
        return 0
    oldest = months.add(ended[-1], -NEWS_FOR * collaborative.step)
    known: dict[tuple[int, int, bool], list[SignalNews]] = defaultdict(list)
    for row in SignalNews.objects.filter(team__in=team_ids).order_by("pk"):
        known[row.team_id, row.measure_id, row.with_small_counts].append(row)
    ((reader, _words),) = _tellers
    new = 0
    for with_small_counts, panels in zip((True, False), panels_of_batch(collaborative, team_ids), strict=True):
        for panel in panels:
            for team_id, found in zip(team_ids, reader(panel), strict=True):
                key = (team_id, panel.measure.pk, with_small_counts)
                new += _keep(key, found, known[key], oldest, now)
    return new


def _keep(
    key: tuple[int, int, bool], found: Found | None, known: Iterable[SignalNews], oldest: dt.date, now: dt.datetime
) -> int:
    """Set what is known of one series beside what it shows. Returns 1 for a signal that was not known."""
    same = None
    for row in known:
        if found and row.concern == found.concern and row.through >= found.began and row.began <= found.through:
            same = row
    for row in known:
        holds = row is same
        through = max(row.through, found.through) if holds and found else row.through
        if (row.holds, row.through) != (holds, through):
            row.holds, row.through = holds, through
            row.save(update_fields=["holds", "through"])
    if found is None or same is not None:
        return 0
    team_id, measure_id, with_small_counts = key
    SignalNews.objects.create(
        team_id=team_id,
        measure_id=measure_id,
        with_small_counts=with_small_counts,
        concern=found.concern,
        kind=found.kind,
        began=found.began,
        through=found.through,
        found_at=now,
        told_at=now if found.through < oldest else None,
    )
    return 1


@transaction.atomic
def tell_signals(*, now: dt.datetime | None = None) -> int:
    """Write this week's mails. A week in which they were written gets no others; what is found meanwhile waits.

    Returns how many were written.
    """
    at = now or timezone.now()
    year, week, _day = at.isocalendar()
    key = f"metrics_signals:{year}-{week:02}"
    if Letter.objects.filter(key=key).exists():
        return 0
    news = list(
        SignalNews.objects.select_for_update(of=("self",))
        .filter(told_at__isnull=True, holds=True, team__status=TeamStatus.ACTIVE)
        .filter(team__collaborative__in=Collaborative.objects.running())
        .select_related("team__collaborative", "team__agency", "measure")
        .prefetch_related("measure__versions")
        .order_by("team__collaborative__name", "team__name", "measure__position", "pk")
    )
    written = 0
    for user, own in _readers(news).items():
        written += len(
            letters.write(
                to=[user],
                kind=MetricsLetters.SIGNALS,
                subject=ngettext("%(count)s new signal", "%(count)s new signals", len(own)) % {"count": len(own)},
                text=_text(own),
                path=reverse("my_work"),
                key=key,
            )
        )
    SignalNews.objects.filter(pk__in=[one.pk for one in news]).update(told_at=at)
    return written


def _readers(news: Sequence[SignalNews]) -> dict[User, list[SignalNews]]:
    """Who is told of what: the team's people, its agencies' senior leaders, and the collaborative's faculty, each of
    the series as that person sees it."""
    teams = {one.team_id: one.team for one in news}
    people: dict[int, set[User]] = defaultdict(set)
    for membership in TeamMembership.objects.current().filter(team__in=teams).select_related("user"):
        people[membership.team_id].add(membership.user)
    agencies: dict[int, set[User]] = defaultdict(set)
    led = {pk for team in teams.values() for pk in (team.agency_id, team.partner_agency_id) if pk}
    for leader in (
        AgencyAppointment.objects.current().filter(agency__in=led, role=AgencyRole.SENIOR_LEADER).select_related("user")
    ):
        agencies[leader.agency_id].add(leader.user)
    faculty: dict[int, set[User]] = defaultdict(set)
    for appointment in (
        CollaborativeAppointment.objects.current()
        .filter(
            collaborative__in={team.collaborative_id for team in teams.values()}, role__in=CollaborativeRole.faculty()
        )
        .select_related("user")
    ):
        faculty[appointment.collaborative_id].add(appointment.user)
    # One instance a person, for what they may see is remembered on it.
    same: dict[int, User] = {}
    found: dict[User, list[SignalNews]] = defaultdict(list)
    for one in news:
        team = one.team
        told = people[team.pk] | agencies[team.agency_id] | faculty[team.collaborative_id]
        if team.partner_agency_id:
            told |= agencies[team.partner_agency_id]
        for person in sorted(told, key=lambda user: user.pk):
            user = same.setdefault(person.pk, person)
            if user.is_active and see_small_counts.check(user, team) == one.with_small_counts:
                found[user].append(one)
    return found


def _text(news: Sequence[SignalNews]) -> str:
    ((_reader, words),) = _tellers
    lines = [_line(one, words) for one in news[:LINES_A_MAIL]]
    others = len(news) - LINES_A_MAIL
    if others > 0:
        lines.append(
            ngettext(
                "And %(count)s more signal: the pages of your teams show it.",
                "And %(count)s more signals: the pages of your teams show them.",
                others,
            )
            % {"count": others}
        )
    return "\n\n".join([_("These began to show since the last mail:"), *lines])


def _line(news: SignalNews, words: Words) -> str:
    team = news.team
    place = reverse("chart", args=[team.collaborative.slug, team.slug, news.measure.code])
    return _("%(team)s, %(measure)s: %(words)s\n%(link)s") % {
        "team": team.name,
        "measure": news.measure.latest.name,
        "words": words(news, team.collaborative.step),
        "link": settings.BASE_URL + place,
    }


def signals_of_the_week(*, now: Any = None) -> int:
    """Look in all running collaboratives, then write the mails. Returns how many were written."""
    for collaborative in Collaborative.objects.running():
        look_for_news(collaborative=collaborative, now=now)
    return tell_signals(now=now)
