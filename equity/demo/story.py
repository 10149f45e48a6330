"""What the demonstration tells: the measures, the change package, the kinds of teams, and the people's names.

Everything here is made up. Pure data; ``figures`` turns it into numbers and ``writing`` into rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CENTER = ("prairie-center", "Prairie Center for Behavioral Health Improvement")
SLUG = "timely-care"
NAME = "Timely and welcoming care"
TOPIC = "Access and follow-up in community behavioral health"
AIM = (
    "By the end of the collaborative, adults and young people who ask our agencies for help are seen within 10 days on "
    "average, fewer than 15 % miss their first assessment, and at least 70 % are followed up within 7 days after a "
    "psychiatric hospital stay."
)


@dataclass(frozen=True, slots=True)
class DemoMeasure:
    """A measure as the coordinator would define it, and how its numbers behave.

    ``typical`` is the usual value at the start as a fraction (or in units for means and scores), ``best`` what an
    improving team reaches, ``size`` the usual denominator a month (0 where there is none). It does not apply to
    teams of the settings ``not_for``.
    """

    code: str
    fields: dict[str, Any]
    typical: float
    best: float
    size: int
    required: bool = True
    strata: bool = False
    not_for: tuple[str, ...] = ()


MEASURES = (
    DemoMeasure(
        "no_show",
        {
            "name": "Missed first assessments",
            "kind": "outcome",
            "stat": "proportion",
            "direction": "down",
            "unit": "%",
            "multiplier": 100,
            "numerator": "First assessments that the person did not attend and did not cancel a day ahead",
            "denominator": "First assessments scheduled in the month and not canceled a day ahead",
            "exclusions": "Assessments moved by the agency",
            "goal": 15,
            "min_denominator": 11,
            "chart": "p",
            "maturation_days": 5,
            "data_source": "Scheduling report",
            "default_strata": "language",
            "steward": "Adapted from NIATx",
        },
        typical=0.29,
        best=0.16,
        size=95,
        strata=True,
    ),
    DemoMeasure(
        "wait_days",
        {
            "name": "Days from first contact to first session",
            "kind": "process",
            "stat": "mean",
            "direction": "down",
            "unit": "days",
            "multiplier": 1,
            "numerator": "Total days from first contact to first treatment session",
            "denominator": "People who had their first treatment session in the month",
            "goal": 10,
            "min_denominator": 11,
            "chart": "i",
            "max_value": 365,
            "maturation_days": 5,
            "data_source": "Intake log",
            "steward": "Adapted from NIATx",
        },
        typical=17.5,
        best=9.5,
        size=60,
    ),
    DemoMeasure(
        "follow_up_7",
        {
            "name": "Followed up within 7 days after a hospital stay",
            "kind": "process",
            "stat": "proportion",
            "direction": "up",
            "unit": "%",
            "multiplier": 100,
            "numerator": "Of these, people seen or called within 7 days (the day of discharge does not count)",
            "denominator": "People discharged from a psychiatric hospital to this agency in the month",
            "exclusions": "People readmitted or transferred within 7 days",
            "goal": 70,
            "min_denominator": 11,
            "chart": "p",
            "maturation_days": 10,
            "data_source": "Discharge notices and visit report",
            "default_strata": "language",
            "source": "A quality improvement adaptation, not a HEDIS rate",
        },
        typical=0.48,
        best=0.73,
        size=34,
        strata=True,
    ),
    DemoMeasure(
        "safety_plan",
        {
            "name": "Safety plan on the day risk is found",
            "kind": "process",
            "stat": "proportion",
            "direction": "up",
            "unit": "%",
            "multiplier": 100,
            "numerator": "Of these, people with a collaborative safety plan on the same day",
            "denominator": "People found to be at elevated suicide risk in the month",
            "goal": 90,
            "min_denominator": 11,
            "chart": "run",
            "data_source": "Chart review",
            "sampling_ok": True,
        },
        typical=0.62,
        best=0.88,
        size=16,
    ),
    DemoMeasure(
        "clinic_cancellations",
        {
            "name": "Visits canceled by the agency",
            "kind": "balancing",
            "stat": "rate",
            "direction": "down",
            "unit": "per 1,000 visits",
            "multiplier": 1000,
            "numerator": "Visits that the agency canceled with less than a day's notice",
            "denominator": "Visits scheduled in the month",
            "min_denominator": 100,
            "chart": "u",
            "data_source": "Scheduling report",
        },
        typical=0.026,
        best=0.024,
        size=1400,
    ),
    DemoMeasure(
        "self_rating",
        {
            "name": "How far along we are (own rating)",
            "kind": "structure",
            "stat": "score",
            "direction": "up",
            "unit": "of 5",
            "multiplier": 1,
            "numerator": "The step of the scale, from 0.5 to 5.0, on which the team sees itself",
            "denominator": "Left empty, for the team agrees on one rating",
            "min_value": 0.5,
            "max_value": 5,
            "min_denominator": 0,
            "chart": "run",
            "data_source": "Team meeting",
        },
        typical=1.2,
        best=4.2,
        size=0,
        required=False,
    ),
    DemoMeasure(
        "admissions",
        {
            "name": "People admitted to treatment",
            "kind": "outcome",
            "stat": "count",
            "direction": "up",
            "unit": "people",
            "multiplier": 1,
            "numerator": "People admitted to treatment in the month, each counted once",
            "chart": "run",
            "data_source": "Intake log",
        },
        typical=62,
        best=75,
        size=0,
        required=False,
    ),
    DemoMeasure(
        "days_between_restraints",
        {
            "name": "Days since the last restraint",
            "kind": "balancing",
            "stat": "days_between",
            "direction": "up",
            "unit": "days",
            "multiplier": 1,
            "numerator": "Days from the last restraint to the last day of the month",
            "chart": "run",
            "data_source": "Incident log",
        },
        typical=40,
        best=60,
        size=0,
        required=False,
        # Chosen for everybody, and restraint is a matter of few: the page on data quality asks whether to retire it.
        not_for=(
            "Outpatient clinic",
            "Child and family agency",
            "Hospital outpatient clinic",
            "Rural clinic",
            "Federally qualified health center",
        ),
    ),
)

STRATIFIER = ("language", "Preferred language")
# Code, name, share of people, and how much worse (+) or better (-) than average the group starts, in log-odds.
STRATA = (
    ("english", "English", 0.74, -0.05),
    ("spanish", "Spanish", 0.17, 0.45),
    ("other", "Another language", 0.06, 0.35),
    ("unknown", "Not known", 0.03, 0.0),
)


@dataclass(frozen=True, slots=True)
class DemoDriver:
    name: str
    description: str
    ideas: tuple[tuple[str, str, str, str], ...]  # name, description, small first test, evidence grade


DRIVERS = (
    DemoDriver(
        "A front door that is easy to find and to open",
        "From the first call to the first appointment nothing stands in the way.",
        (
            (
                "Offer the first appointment in the first call",
                "Whoever answers the phone books the assessment before hanging up.",
                "One receptionist does it for the first three callers on Tuesday morning.",
                "strong",
            ),
            (
                "Keep walk-in hours",
                "Two half days a week without appointments for first assessments.",
                "One clinician keeps this Thursday from 1 to 3 free for people who walk in.",
                "some",
            ),
            (
                "Answer in the caller's language",
                "A bilingual line, or an interpreter within two minutes.",
                "Call your own line as a Spanish speaker and write down what happens.",
                "promising",
            ),
        ),
    ),
    DemoDriver(
        "Reminders and a warm welcome",
        "People come when they know who expects them and what will happen.",
        (
            (
                "Call the day before, person to person",
                "A peer specialist calls, asks what could get in the way, and solves it.",
                "A peer calls the five people booked for tomorrow.",
                "strong",
            ),
            (
                "Text messages that can be answered",
                "A reminder three days and one day ahead; replies reach a person.",
                "Send one message to ten people who agreed and read the replies.",
                "strong",
            ),
        ),
    ),
    DemoDriver(
        "Nobody falls between hospital and home",
        "The follow-up visit is booked before discharge and somebody owns it.",
        (
            (
                "Book the visit before discharge",
                "The hospital's planner has the agency's booking line.",
                "Ask one planner to call you for the next discharge.",
                "some",
            ),
            (
                "A peer visits before discharge",
                "Somebody who has been there explains what comes next.",
                "One peer visits one person this week.",
                "promising",
            ),
        ),
    ),
    DemoDriver(
        "Safe in care",
        "Risk is asked about, and answered the same day.",
        (
            (
                "Safety plan in the same visit",
                "Ten minutes are kept in every assessment for a plan made together.",
                "One clinician tries the short form with the next person at risk.",
                "strong",
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """How one team's story goes. ``gain`` is the share of the way from typical to best that it covers in the end."""

    agency: str
    code: str
    setting: str
    size: float = 1.0
    start: float = 0.0  # better (+) or worse (-) at the start, as a share of the way to best
    gain: float = 0.0
    turn: float = 0.5  # when the change takes hold, as a share of the whole time
    late: float = 0.1  # chance that a month comes late
    missing: float = 0.02  # chance that a measure is missing in a month
    silent_last: int = 0  # so many of the last months are not submitted; 1: the newest waits in a draft
    drops_out: float | None = None  # leaves after this share of the time
    joins: float = 0.0  # joins after this share of the time
    turnover: int = 0  # so many people leave and are replaced
    partner: tuple[str, str] | None = None
    language_gap_closes: bool = False


TEAMS = (
    DemoTeam(
        "Northside Community Mental Health",
        "NORTHSIDE",
        "Community mental health center",
        1.2,
        0.05,
        0.95,
        0.35,
        silent_last=1,
    ),
    DemoTeam(
        "Harbor Light Recovery",
        "HARBOR",
        "Addiction treatment program",
        0.8,
        -0.1,
        0.8,
        0.45,
        turnover=1,
        language_gap_closes=True,
    ),
    DemoTeam("Riverbend Counseling", "RIVERBEND", "Outpatient clinic", 1.0, 0.0, 0.05, late=0.15),
    DemoTeam("Valley Family Services", "VALLEY", "Child and family agency", 0.7, 0.1, 0.75, 0.6, late=0.55),
    DemoTeam("Prairie View Hospital Clinic", "PRAIRIEVIEW", "Hospital outpatient clinic", 1.6, 0.15, 0.0),
    DemoTeam("Cedar Creek Rural Health", "CEDAR", "Rural clinic", 0.08, -0.1, 0.4, 0.5, missing=0.06, late=0.3),
    DemoTeam(
        "Eastgate Behavioral Health", "EASTGATE", "Community mental health center", 1.3, -0.25, 0.6, 0.7, turnover=2
    ),
    DemoTeam("Sunrise House", "SUNRISE", "Residential and outpatient program", 0.5, 0.1, -0.45, 0.55),
    DemoTeam("Lakeshore Wellness Partners", "LAKESHORE", "Outpatient clinic", 0.9, 0.05, 0.3, 0.4, silent_last=3),
    DemoTeam("Twin Oaks Services", "TWINOAKS", "Addiction treatment program", 0.7, -0.2, 0.1, drops_out=0.4, late=0.5),
    DemoTeam(
        "Metro Care Alliance",
        "METRO",
        "Community mental health center",
        1.5,
        0.0,
        0.85,
        0.5,
        partner=("Metro Primary Care", "METROPC"),
    ),
    DemoTeam("Open Door Clinic", "OPENDOOR", "Federally qualified health center", 0.9, -0.15, 0.55, 0.5, joins=0.22),
)

# fmt: off
GIVEN_NAMES = (
    "Ana", "Ben", "Carla", "Dev", "Elena", "Frank", "Grace", "Hugo", "Imani", "Jonas",
    "Keisha", "Liam", "Maya", "Noor", "Omar", "Priya", "Quinn", "Rosa", "Sam", "Tanya",
    "Uma", "Victor", "Wanda", "Ximena", "Yusuf", "Zoe", "Amir", "Bella", "Chen", "Dara",
    "Emil", "Fatima", "Gus", "Hana", "Ines", "Jamal", "Kofi", "Lena", "Marco", "Nadia",
)
# fmt: on
# fmt: off
FAMILY_NAMES = (
    "Alvarez", "Becker", "Chavez", "Diaz", "Ellis", "Fischer", "Garcia", "Hughes", "Ibrahim", "Jensen",
    "Kim", "Lopez", "Miller", "Nguyen", "Okafor", "Patel", "Quintero", "Rivera", "Schmidt", "Torres",
    "Underwood", "Vargas", "Walker", "Xiong", "Young", "Zamora", "Abbott", "Brooks", "Carter", "Dunn",
    "Evans", "Flores", "Grant", "Hall", "Ivory", "Johnson", "Khan", "Larsen", "Moore", "Novak",
)
# fmt: on
REQUESTS = (
    (
        "Free two hours a week of the scheduling manager for this project until summer.",
        "She is the only one who can change the booking rules.",
    ),
    (
        "Allow the front desk to send text messages from the clinic's number.",
        "Reminders that can be answered halved missed assessments at Northside.",
    ),
    ("Come to our team meeting on the second Tuesday once.", "People ask whether this work matters to leadership."),
)
LEADER_GOALS = (
    "I want nobody who calls us to wait longer than ten days, and I want to see it every month.",
    "Our staff should not have to apologize for our phone line any more.",
    "Half as many missed first appointments, so that clinicians' time goes to people.",
)
