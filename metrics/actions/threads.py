"""Questions and comments on a number: raising, answering, closing.

Texts are not copied anywhere: not into the audit trail and not into letters, for a text may hold a small count and is
hidden where its number is.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit, letters, months
from collab.common.changes import locked
from collab.common.formatting import period_name
from collab.enums import CenterRole, CollaborativeRole
from collab.models import Measure, User
from metrics.cells import CellKey
from metrics.enums import MetricsEvent, MetricsLetters, QueryStatus
from metrics.models import Query, QueryMessage
from metrics.queries.submitting import contacts_to_write_to
from metrics.rules import view_figures
from teams.models import Team
from teams.rules import belong_to_team

# The same words on the same cell so soon after are a double click.
TWICE_WITHIN = dt.timedelta(minutes=2)
# Whom a team's own question reaches, beside the coordinators of the center.
ASKED_FACULTY = (CollaborativeRole.IMPROVEMENT_ADVISOR, CollaborativeRole.COACH)


class ThreadMovedError(Exception):
    """Somebody wrote in the thread, or closed it, since the sender's page was made; says who."""


@transaction.atomic
def raise_query(
    *,
    by: User,
    team: Team,
    month: dt.date,
    measure: Measure,
    key: CellKey,
    text: str,
    wants_answer: bool = True,
    now: dt.datetime | None = None,
) -> Query:
    """Ask about a number, or leave a comment that waits for nobody. A double click makes one thread."""
    at = now or timezone.now()
    # Two clicks come one after another.
    locked(team)
    by_team = belong_to_team.check(by, team)
    same = Query.objects.filter(
        team=team,
        month=month,
        measure=measure,
        dimension=key.dimension,
        stratum=key.stratum,
        raised_by=by,
        raised_at__gt=at - TWICE_WITHIN,
        messages__text=text,
    ).first()
    if same is not None:
        return same
    query = Query.objects.create(
        team=team,
        month=month,
        measure=measure,
        dimension=key.dimension,
        stratum=key.stratum,
        status=_waits_for(by_team) if wants_answer else QueryStatus.REMARK,
        raised_by=by,
        raised_by_team=by_team,
        raised_at=at,
        last_at=at,
    )
    message = QueryMessage.objects.create(query=query, by=by, by_team=by_team, at=at, text=text)
    _record(by, MetricsEvent.QUERY_RAISED, query)
    if wants_answer:
        _tell(query, message)
    return query


@transaction.atomic
def answer_query(*, by: User, query: Query, text: str, seen: str = "", now: dt.datetime | None = None) -> QueryMessage:
    """Say something in a thread: a question then waits for the other side, also one that had been closed.

    ``seen`` is the ``stamp`` that the sender has read (empty: not asked). Raises ``ThreadMovedError`` where the thread
    has gone on since.
    """
    at = now or timezone.now()
    fresh = locked(query)
    last = fresh.messages.order_by("-at", "-pk").first()
    if last is not None and last.by_id == by.pk and last.text == text:
        return last
    if seen and seen != fresh.stamp:
        raise ThreadMovedError(
            _("%(person)s closed the question meanwhile. Send your words again if it should be open.")
            % {"person": fresh.closed_by}
            if fresh.closed_by
            else _("%(person)s wrote meanwhile. Read it, and send yours again if it still holds.")
            % {"person": _last_writer(fresh)}
        )
    by_team = belong_to_team.check(by, fresh.team)
    message = QueryMessage.objects.create(query=fresh, by=by, by_team=by_team, at=at, text=text)
    if fresh.status != QueryStatus.REMARK:
        fresh.status = _waits_for(by_team)
    fresh.closed_by = fresh.closed_at = None
    fresh.last_at = at
    fresh.save(update_fields=["status", "closed_by", "closed_at", "last_at"])
    _record(by, MetricsEvent.QUERY_ANSWERED, fresh)
    if fresh.status != QueryStatus.REMARK:
        _tell(fresh, message)
    return message


@transaction.atomic
def close_query(*, by: User, query: Query, seen: str = "", now: dt.datetime | None = None) -> Query:
    """Settle a question. One that is closed already stays as it was closed; a comment waits for nobody anyway.

    ``seen`` as in ``answer_query``. Raises ``ThreadMovedError``: nobody closes over words they have not read.
    """
    fresh = locked(query)
    if fresh.status not in QueryStatus.open():
        return fresh
    if seen and seen != fresh.stamp:
        raise ThreadMovedError(
            _("%(person)s wrote meanwhile, so the question stays open. Read it, and close it if it is settled.")
            % {"person": _last_writer(fresh)}
        )
    fresh.status = QueryStatus.CLOSED
    fresh.closed_by, fresh.closed_at = by, now or timezone.now()
    fresh.last_at = fresh.closed_at
    fresh.save(update_fields=["status", "closed_by", "closed_at", "last_at"])
    _record(by, MetricsEvent.QUERY_CLOSED, fresh)
    _tell_closed(fresh)
    return fresh


def _last_writer(query: Query) -> User:
    return query.messages.order_by("-at", "-pk")[0].by


def _waits_for(by_team: bool) -> QueryStatus:
    return QueryStatus.CENTER if by_team else QueryStatus.TEAM


def _record(by: User, event: MetricsEvent, query: Query) -> None:
    audit.record(
        by=by,
        event=event,
        target=query,
        scope=query.team.collaborative,
        team=query.team.slug,
        month=months.iso(query.month),
        cell=str(query.key),
    )


def _tell(query: Query, message: QueryMessage) -> None:
    """A letter to those whose word is next; it names the number, and neither its value nor what was said."""
    month = period_name(query.month, step=query.team.collaborative.step)
    words = {
        "person": message.by,
        "measure": query.measure.version_for(query.month).name,
        "month": month,
        "team": query.team.name,
    }
    is_first = not query.messages.exclude(pk=message.pk).exists()
    letters.write(
        to=_readers(query, message),
        kind=MetricsLetters.QUERY,
        subject=(
            _("A question about %(measure)s, %(month)s") if is_first else _("An answer about %(measure)s, %(month)s")
        )
        % words,
        text=(
            _("%(person)s asks about the number of %(team)s for “%(measure)s” in %(month)s.")
            if is_first
            else _("%(person)s wrote about the number of %(team)s for “%(measure)s” in %(month)s.")
        )
        % words,
        path=query.get_absolute_url(),
        key=f"query:{message.pk}",
        by=message.by,
    )


def _tell_closed(query: Query) -> None:
    """A letter to who asked, where somebody else has settled it."""
    asker = query.raised_by
    if asker == query.closed_by or not view_figures.check(asker, query.team):
        return
    words = {
        "person": query.closed_by,
        "measure": query.measure.version_for(query.month).name,
        "month": period_name(query.month, step=query.team.collaborative.step),
        "team": query.team.name,
    }
    letters.write(
        to=[asker],
        kind=MetricsLetters.QUERY,
        subject=_("Your question about %(measure)s, %(month)s, was closed") % words,
        text=_("%(person)s closed your question about the number of %(team)s for “%(measure)s” in %(month)s.") % words,
        path=query.get_absolute_url(),
        key=f"query:{query.pk}:closed:{query.stamp}",
        by=query.closed_by,
    )


def _readers(query: Query, message: QueryMessage) -> list[User]:
    """The team's leaders and data leads, or those who look after it; with who asked, while that person sees it."""
    asker = [query.raised_by] if view_figures.check(query.raised_by, query.team) else []
    if not message.by_team:
        return [*contacts_to_write_to(query.team), *(asker if query.raised_by_team else [])]
    if not query.raised_by_team and asker:
        return asker
    collaborative = query.team.collaborative
    coordinators = collaborative.center.appointments.current().filter(role=CenterRole.COORDINATOR)
    faculty = collaborative.appointments.current().filter(role__in=ASKED_FACULTY)
    return [held.user for held in (*coordinators.select_related("user"), *faculty.select_related("user"))]
