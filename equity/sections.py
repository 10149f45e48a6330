"""What this room contributes to the set-up of a collaborative."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from collab.common.sections import ChecklistLine, contributes_checklist
from collab.models import Collaborative


@contributes_checklist
def strata_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    names = [stratifier.name for stratifier in collaborative.stratifiers.filter(retired_on=None)]
    yield ChecklistLine(
        key="strata",
        title=_("Groups to look at"),
        done=bool(names),
        url=reverse("stratifiers", args=[collaborative.slug]),
        action=_("Change groups") if names else _("Add groups"),
        order=40,
        detail=", ".join(names) or _("Age, language, race and ethnicity and others: for whom is it better?"),
    )
