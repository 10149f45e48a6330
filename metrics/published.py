"""Published figures to stand beside a collaborative's own. Each carries its source and its population.

From the learning-collaborative literature as reviewed by the Annapolis Coalition for the MHTTC network; the references
R are lines of that review. The two ends of the dropout range are not on one definition, and the completion figures
are about clinicians in training, not about teams: the page says both.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from metrics.enums import EngagementFigure


@dataclass(frozen=True, slots=True)
class Published:
    """What studies found: plain fractions, the words for them, who was counted, and where it is written."""

    figure: EngagementFigure
    low: float
    high: float
    sentence: Promise | str
    population: Promise | str
    source: str


DROPOUT = Published(
    EngagementFigure.WITHDRAWN,
    0.06,
    0.30,
    _("Published dropout: 6 % to 30 %"),
    _("6 %: pairs of behavioral health and primary care agencies. 30 %: an earlier review. Definitions differ."),
    "Vannoy 2011; Øvretveit 2002 (R 929–930)",
)

COMPLETION = Published(
    EngagementFigure.COMPLETED,
    0.50,
    0.80,
    _("Published completion: 80 % attended all learning sessions, 60 % met the call rule, 50 % met everything"),
    _("Clinicians in one trauma-therapy collaborative, not teams. Told a second time, 76 % met the call rule."),
    "Jensen-Doss 2020 (R 411–413, R 932–935)",
)

SUBMISSION = Published(
    EngagementFigure.SUBMITTED,
    0.65,
    0.65,
    _("Published data submission: 65 % of monthly progress measures"),
    _("Teams of 24 school districts in 14 states. The 98 % of the same study are PDSA reports, not measures."),
    "NCSMH (R 443–444)",
)

PUBLISHED = {published.figure: published for published in (DROPOUT, COMPLETION, SUBMISSION)}
