"""The field's terms in plain words: the help page lists them, ``<c-definition term="…">`` opens one beside the term."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Term:
    """A term, the name of its anchor on the help page, and what it means here."""

    slug: str
    name: Promise | str
    text: Promise | str


TERMS = (
    Term(
        "achievable-benchmark",
        _("Achievable benchmark"),
        _(
            "What the best-performing teams reach together. Teams are put in order of performance, best first, and "
            "just enough of them are taken to cover a tenth of all people or cases; their pooled rate is the "
            "benchmark. It is a level that real teams in this collaborative already reach."
        ),
    ),
    Term(
        "action-period",
        _("Action period"),
        _(
            "The weeks between two learning sessions, when teams test changes at home, send their figures and talk "
            "with their coach."
        ),
    ),
    Term(
        "aim",
        _("Aim"),
        _("What will be better, by how much, for whom, and by when. If one of the four is missing, it is a wish."),
    ),
    Term(
        "benchmark",
        _("Benchmark"),
        _(
            "A level to compare with, made from all teams' figures of the same month: the pooled rate, the middle "
            "team, the range of most teams, and the achievable benchmark."
        ),
    ),
    Term(
        "change-package",
        _("Change package"),
        _("What faculty hand to the teams: the aim, what drives it, and change ideas that are worth testing."),
    ),
    Term(
        "control-limits",
        _("Control limits"),
        _(
            "The range in which a stable process varies by chance alone. A point outside the limits is a signal that "
            "something particular happened."
        ),
    ),
    Term(
        "denominator",
        _("Denominator"),
        _(
            "Out of how many: everybody or everything that could have counted, such as all booked appointments of "
            "the month."
        ),
    ),
    Term(
        "driver",
        _("Driver"),
        _("Something that must change for the aim to be reached, such as how quickly a first call is answered."),
    ),
    Term(
        "learning-session",
        _("Learning session"),
        _("A day or two when all teams meet, learn from faculty and from each other, and plan their next tests."),
    ),
    Term(
        "maturing",
        _("Still maturing"),
        _(
            "A figure that may still change, because records arrive late. Such points are drawn hollow until the "
            "measure's waiting time is over."
        ),
    ),
    Term(
        "median",
        _("Median"),
        _("The middle value when all values are put in order: half lie above it, half below."),
    ),
    Term(
        "numerator",
        _("Numerator"),
        _("How many of the denominator counted, such as the booked appointments that the person did not attend."),
    ),
    Term(
        "outcome-measure",
        _("Outcome measure"),
        _("Says whether things are better for the people you serve."),
    ),
    Term(
        "process-measure",
        _("Process measure"),
        _("Says whether you do what you set out to do. It moves before the outcome does."),
    ),
    Term(
        "balancing-measure",
        _("Balancing measure"),
        _("Watches whether something else gets worse while the aim gets better."),
    ),
    Term(
        "pdsa",
        _("PDSA"),
        _(
            "Plan, do, study, act: a small test of one change. Predict what will happen, try it, compare, and decide "
            "whether to adapt, adopt or abandon it."
        ),
    ),
    Term(
        "pooled-rate",
        _("Pooled rate"),
        _("All teams' numerators added up, divided by all their denominators added up. Large teams weigh more."),
    ),
    Term(
        "ramp",
        _("Ramp"),
        _("A row of PDSA cycles on the same change idea, each a little larger than the one before."),
    ),
    Term(
        "run-chart",
        _("Run chart"),
        _(
            "A team's values month by month around their median. It shows whether a change is more than the usual "
            "ups and downs."
        ),
    ),
    Term(
        "shift",
        _("Shift"),
        _(
            "Unusually many points in a row on the same side of the median. How many are unusual depends on the "
            "number of points. It says that the process has changed, not why."
        ),
    ),
    Term(
        "signal",
        _("Signal"),
        _("A pattern on a chart that chance alone would hardly ever produce, such as a shift."),
    ),
    Term(
        "small-numbers",
        _("Small numbers"),
        _(
            "Counts from 1 to 10 can point to a person. They are hidden, together with their rate, from everybody "
            "except the team that counted them, its own leader, and faculty where the agreement says so. Zero is "
            "shown."
        ),
    ),
)

_BY_SLUG = {term.slug: term for term in TERMS}


def find_term(words: str) -> Term | None:
    """The term that a page names, by its English name or its anchor; None where the glossary has none."""
    return _BY_SLUG.get(slugify(words))


def in_order() -> list[Term]:
    """All terms by name, in the reader's language."""
    return sorted(TERMS, key=lambda term: str(term.name).lower())
