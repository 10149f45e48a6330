"""The sites of a team: adding, renaming, closing and opening again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from collab.common import audit
from collab.common.changes import change, locked
from metrics.enums import MetricsEvent
from metrics.models import Site
from teams.models import Team


@transaction.atomic
def add_site(*, by: Any, team: Team, code: str, name: str) -> Site:
    """Add a site, last in order. Raises ``ValidationError`` for a code that is taken or not of the right form."""
    locked(team)
    last = team.sites.aggregate(last=Max("position"))["last"]
    site = Site(team=team, code=code, name=name, position=0 if last is None else last + 1)
    site.full_clean()
    site.save()
    _record(by, MetricsEvent.SITE_ADDED, site, name=site.name)
    return site


@transaction.atomic
def change_site(*, by: Any, site: Site, name: str) -> None:
    """Rename it. Its code stays, for it stands in files."""
    fresh = locked(site)
    if changes := change(fresh, {"name": name}):
        _record(by, MetricsEvent.SITE_CHANGED, fresh, changes=changes)


@transaction.atomic
def close_site(*, by: Any, site: Site, today: dt.date | None = None) -> None:
    """Ask no more for its numbers; those it has given stay. One that is closed already stays closed since then."""
    fresh = locked(site)
    if fresh.closed_on is None:
        day = today or site.team.collaborative.today(timezone.now())
        _record(by, MetricsEvent.SITE_CHANGED, fresh, changes=change(fresh, {"closed_on": day}))


@transaction.atomic
def open_site(*, by: Any, site: Site) -> None:
    """Ask for its numbers again."""
    fresh = locked(site)
    if changes := change(fresh, {"closed_on": None}):
        _record(by, MetricsEvent.SITE_CHANGED, fresh, changes=changes)


def _record(by: Any, event: MetricsEvent, site: Site, **detail: Any) -> None:
    audit.record(
        by=by, event=event, target=site, scope=site.team.collaborative, team=site.team.slug, site=site.code, **detail
    )
