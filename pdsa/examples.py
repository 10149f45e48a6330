"""Examples beside empty fields, by topic, so that clinical people find their own work in them. Made up by us."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Examples = Mapping[str, Promise | str]

_ACCESS: Examples = {
    "question": _("If Dana calls people the day before their first visit, do more of them come?"),
    "prediction": _("Of the 5 people she reaches on Tuesday, 4 come on Wednesday."),
    "reason": _("Most who miss tell us later that they forgot, or had no ride."),
    "change": _("On Tuesday after 2 pm Dana calls the five people booked for Wednesday and asks about a ride."),
    "measure": _("People who came, of people called"),
    "learned": _("People pick up after 4 pm, not after 2 pm. Three needed a ride, and nobody had asked before."),
}
_FOLLOW_UP: Examples = {
    "question": _("If a peer meets people on the ward before discharge, do they come to us within a week?"),
    "prediction": _("2 of the 3 people whom Luis meets this week come within 7 days."),
    "reason": _("They told us that they did not know anybody here."),
    "change": _("Luis visits the ward on Thursday, introduces himself, and gives each person his card and a time."),
    "measure": _("People seen within 7 days, of people met on the ward"),
    "learned": _("A face helps, a card alone does not. Weekend discharges are missed: nobody tells us."),
}
_SAFETY: Examples = {
    "question": _("Can we write the safety plan together in the same visit in which risk is found?"),
    "prediction": _("With 3 people this week, all 3 leave with a plan, and it takes 20 minutes more."),
    "reason": _("The form is short; what takes time is finding it."),
    "change": _("Maria keeps printed plans in her room and fills one in with the next three people at risk."),
    "measure": _("People who leave with a plan, of people found at risk"),
    "learned": _("It took 12 minutes, not 20. People asked to take a photo of it with their phone."),
}
_TREATMENT: Examples = {
    "question": _("If the first dose is offered on the day people ask, do they come back after a week?"),
    "prediction": _("Of 2 people who start on the day this week, both are here a week later."),
    "reason": _("People who wait three days often do not come back."),
    "change": _("On Monday Dr. Hill keeps the last hour free for whoever asks to start that day."),
    "measure": _("People still in treatment after 7 days, of people who started on the day"),
    "learned": _("One hour was enough for two people, but the pharmacy closes at six. We need to call before five."),
}
_MEASURING: Examples = {
    "question": _("If people fill in the PHQ-9 in the waiting room, do we talk about it in the session?"),
    "prediction": _("With 4 people on Monday, the score is talked about in 3 sessions."),
    "reason": _("Now we get it after the session, when it is too late."),
    "change": _("On Monday the front desk hands the form to Ann's four people, and Ann reads it before she begins."),
    "measure": _("Sessions in which the score was talked about, of sessions that day"),
    "learned": _("People liked to see their own line. Two needed help with reading; nobody had noticed."),
}
# Words in a collaborative's topic or a change idea → the examples that fit. The first that fits is taken.
_BY_WORDS: tuple[tuple[tuple[str, ...], Examples], ...] = (
    (("suicid", "safety", "crisis", "self-harm"), _SAFETY),
    (("opioid", "buprenorphine", "medication", "methadone", "substance", "addict", "recovery"), _TREATMENT),
    (("measurement-based", "measurement based", "phq", "depression", "outcome measure"), _MEASURING),
    (("hospital", "discharge", "follow-up", "follow up", "transition"), _FOLLOW_UP),
    (("access", "missed", "no-show", "no show", "wait", "appointment", "intake", "reminder"), _ACCESS),
)


def examples_for(*texts: str) -> Examples:
    """The examples that fit the first of ``texts`` (an idea, a topic) with a known word; those of access else."""
    for text in texts:
        lowered = text.lower()
        for words, examples in _BY_WORDS:
            if any(word in lowered for word in words):
                return examples
    return _ACCESS
