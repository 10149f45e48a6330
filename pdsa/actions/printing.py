"""Keeping who printed what: paper leaves the site's own protection."""

from __future__ import annotations

from django.db import models, transaction

from collab.common import audit
from collab.models import User
from pdsa.enums import PdsaEvent
from teams.models import Team


@transaction.atomic
def note_print(*, by: User, team: Team, target: models.Model, kind: str) -> None:
    """Write that ``by`` printed ``target`` (a cycle, ramp, aim, or the team for its storyboard)."""
    audit.record(by=by, event=PdsaEvent.PRINTED, target=target, scope=team.collaborative, name=str(target), note=kind)
