"""The measurement plan: a team writes down how it collects a measure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.changes import change, locked
from collab.models import Measure, User
from metrics.enums import MetricsEvent
from metrics.models import PlanAnswer
from teams.enums import TeamStatus
from teams.models import Team


@transaction.atomic
def answer_plan(*, by: User, team: Team, measure: Measure, **answers: str) -> PlanAnswer:
    """Write a team's answers for one measure; what they replace stays in the history.

    Raises ``ValidationError`` for a team that has left the collaborative.
    """
    team = locked(team)
    if team.status == TeamStatus.WITHDRAWN:
        raise ValidationError(_("This team has left the collaborative, so its plan stays as it is."))
    answer = PlanAnswer.objects.filter(team=team, measure=measure).first()
    if answer is None:
        if not any(answers.values()):
            return PlanAnswer(team=team, measure=measure)
        answer = PlanAnswer.objects.create(team=team, measure=measure, changed_by=by)
    changes = change(answer, dict(answers))
    if changes:
        said: dict[str, Any] = {"measure": measure.code, "changes": changes}
        answer.changed_by = by
        answer.save(update_fields=["changed_by", "changed_at"])
        audit.record(by=by, event=MetricsEvent.PLAN_CHANGED, target=team, scope=team.collaborative, **said)
    return answer
