"""What faculty of the demonstration keep and publish of the comparison across teams."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from collab.models import Collaborative, User
from metrics.actions.publishing import publish
from metrics.actions.saved_views import save_view
from metrics.enums import Published

# Counted by everybody in the same way only from the third month on, so earlier months stay with faculty.
PUBLISHED_LATER, FIRST_SHOWN = "admissions", 2


def keep_and_publish(*, coach: User, collaborative: Collaborative, reported: list[dt.date]) -> None:
    """A coach keeps two pages; one measure is published from its third month on."""
    slug = collaborative.slug
    save_view(by=coach, name="Silent and late teams", path=f"{reverse('compare', args=[slug])}?need=silent")
    save_view(by=coach, name="Missed assessments, all teams", path=reverse("funnel", args=[slug, "no_show"]))
    measure = collaborative.measures.filter(code=PUBLISHED_LATER).first()
    if measure is not None and len(reported) > FIRST_SHOWN:
        publish(
            by=coach,
            collaborative=collaborative,
            measure=measure,
            what=Published.FROM,
            from_month=reported[FIRST_SHOWN],
        )
