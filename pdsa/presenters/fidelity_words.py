"""The words of the fidelity criteria, of their hints and of the published checks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.common.enums import Tone
from pdsa.enums import Part
from pdsa.stats.fidelity import Criterion, Hint, Outcome
from pdsa.stats.published import Check


@dataclass(frozen=True, slots=True)
class Words:
    """A name, and what it means in a sentence."""

    label: Promise
    text: Promise


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do, and the part of the worksheet where it is done; None where it is for the next cycle."""

    text: Promise
    part: Part | None = None


CRITERIA: dict[Criterion, Words] = {
    Criterion.PREDICTION: Words(
        _("Prediction before Do"), _("What you expect is written before the test begins, so that you can be surprised.")
    ),
    Criterion.THEORY: Words(_("Reason stated"), _("You say why you expect the change to work.")),
    Criterion.SMALL_FIRST: Words(
        _("Small test first"), _("The change is tried on a part before it is put in place everywhere.")
    ),
    Criterion.DOCUMENTATION: Words(
        _("All four parts written"), _("Plan, Do, Study and Act are filled in, in order of date.")
    ),
    Criterion.CYCLE_LENGTH: Words(
        _("Weeks, not months"), _("From the first day of Do to the decision it takes at most 30 days.")
    ),
    Criterion.SERIES: Words(_("Part of a series"), _("The cycle follows another one, or another one follows it.")),
    Criterion.GROWING_SCALE: Words(
        _("Growing scale"), _("Within the series a later test is larger: more people, sites or days.")
    ),
    Criterion.DATA_OVER_TIME: Words(
        _("Data over time"), _("The same thing is counted at least three times in a row, at most a month apart.")
    ),
}

OUTCOMES: dict[Outcome, tuple[Promise, Tone]] = {
    Outcome.MET: (_("Met"), Tone.GOOD),
    Outcome.MISSED: (_("Not met"), Tone.NEUTRAL),
    Outcome.NOT_YET: (_("Not asked yet"), Tone.NEUTRAL),
    Outcome.UNPROVEN: (_("Not counted: its day comes from a file"), Tone.NEUTRAL),
}

# A hint tells one thing that can still be done. What lies in the past is said of the next test.
HINTS: dict[Hint, Advice] = {
    Hint.WRITE_PREDICTION: Advice(
        _("Before the next test, write what you expect, with a number: “6 of the 7 people we call will come.”")
    ),
    Hint.PREDICT_BEFORE_DO: Advice(
        _("This prediction was written after the test began. Write the next one while you plan: it takes a minute.")
    ),
    Hint.SAY_WHY: Advice(
        _("In the next plan, add one line below the prediction: why do you expect it? “Most say that they forgot.”")
    ),
    Hint.START_SMALL: Advice(
        _("This series began by putting the change in place. Try the next change with one person on one day first.")
    ),
    Hint.FILL_PLAN: Advice(
        _("The plan is empty. One sentence is enough: what did you try, and what did you ask?"), Part.PLAN
    ),
    Hint.FILL_DO: Advice(_("Write what you saw during the test, also what went wrong. Three lines will do."), Part.DO),
    Hint.FILL_STUDY: Advice(
        _("You tested something; now keep what it taught you. Was the prediction right? What did you learn?"),
        Part.STUDY,
    ),
    Hint.FILL_ACT: Advice(_("Take the decision: adopt, adapt or abandon. It closes the cycle."), Part.ACT),
    Hint.RUN_OR_ABANDON: Advice(
        _("The planned first day passed more than three weeks ago. Start, choose a new day, or abandon with a reason."),
        Part.PLAN,
    ),
    Hint.MEND_DATES: Advice(_("A step is dated before the one ahead of it. Check the days of Do, Study and Act.")),
    Hint.DECIDE_NOW: Advice(
        _("This cycle has been open for more than 30 days. Decide with what you have; the next cycle can go on."),
        Part.ACT,
    ),
    Hint.TEST_SHORTER: Advice(
        _("This cycle took more than 30 days. Make the next test so small that a week is enough.")
    ),
    Hint.TEST_AGAIN: Advice(
        _("One test shows that it can work once. Plan a cycle that follows this one, under other conditions.")
    ),
    Hint.GROW: Advice(
        _("Every test of this series was the same size or smaller. Plan the next with more people, sites or days.")
    ),
    Hint.COUNT_THREE_TIMES: Advice(
        _("Count one thing at least three times in a row over this series, for example every Friday.")
    ),
    Hint.COUNT_MORE_OFTEN: Advice(
        _("You counted three times, but more than a month apart. Count at least once a month.")
    ),
}

CHECKS: dict[Check, Words] = {
    Check.DOCUMENTED: Words(_("All four parts written"), _("Of cycles with a plan that are closed or long overdue.")),
    Check.PAST_TENSE: Words(
        _("Study tells what happened"), _("Of fully written cycles that a coach has read: written in the past tense.")
    ),
    Check.LEARNING: Words(
        _("Something was tested or learned"),
        _("Of fully written cycles that a coach has read: a test of a change or a collection of information."),
    ),
    Check.PREDICTION: Words(_("Prediction before Do"), _("Of fully written cycles.")),
    Check.SERIES: Words(_("Part of a series"), _("Of fully written cycles: linked with another one.")),
    Check.GROWING: Words(_("Growing scale"), _("Of series with two or more fully written cycles.")),
    Check.DATA: Words(_("Data over time"), _("Of series with two or more fully written cycles.")),
}
