"""Ready lists of groups, all self-reported. "Unknown" and "declined" are added to every list, each of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a list: its code in files and its name for people."""

    code: str
    name: str | Promise


@dataclass(frozen=True, slots=True)
class ReadyList:
    """A dimension with its groups, and what to know before choosing it."""

    code: str
    name: Promise
    note: Promise
    groups: tuple[Group, ...]
    overlapping: bool = False


# Not asked or not recorded is something else than asked and not answered: neither may hide in the other.
UNKNOWN = Group("unknown", _("Unknown"))
DECLINED = Group("declined", _("Declined to answer"))
ALWAYS = (UNKNOWN, DECLINED)

READY_LISTS: tuple[ReadyList, ...] = (
    ReadyList(
        "age_band",
        _("Age"),
        _("Seven bands from early childhood to older adults. Remove those that you do not serve."),
        (
            Group("age_0_5", "0–5"),
            Group("age_6_12", "6–12"),
            Group("age_13_17", "13–17"),
            Group("age_18_25", "18–25"),
            Group("age_26_44", "26–44"),
            Group("age_45_64", "45–64"),
            Group("age_65", _("65 and over")),
        ),
    ),
    ReadyList(
        "sex",
        _("Sex"),
        _("As recorded by the agency."),
        (Group("female", _("Female")), Group("male", _("Male")), Group("another", _("Another"))),
    ),
    ReadyList(
        "race_ethnicity",
        _("Race and ethnicity"),
        _(
            "One question where people tick all that apply (federal standard of 2024). Somebody with two ticks is in "
            "two groups, so the groups do not add up to the total. Do not mix it with the older two-question form."
        ),
        (
            Group("american_indian_alaska_native", _("American Indian or Alaska Native")),
            Group("asian", _("Asian")),
            Group("black", _("Black or African American")),
            Group("hispanic_latino", _("Hispanic or Latino")),
            Group("middle_eastern_north_african", _("Middle Eastern or North African")),
            Group("native_hawaiian_pacific_islander", _("Native Hawaiian or Pacific Islander")),
            Group("white", _("White")),
        ),
        overlapping=True,
    ),
    ReadyList(
        "language",
        _("Preferred language"),
        _("The language a person wants to be served in. Add the languages that many of your people speak."),
        (
            Group("english", _("English")),
            Group("spanish", _("Spanish")),
            Group("sign_language", _("Sign language")),
            Group("other_language", _("Another language")),
        ),
    ),
    ReadyList(
        "payer",
        _("Payer"),
        _("Who pays for most of the care."),
        (
            Group("medicaid", _("Medicaid")),
            Group("medicare", _("Medicare")),
            Group("medicaid_and_medicare", _("Medicaid and Medicare")),
            Group("commercial", _("Commercial insurance")),
            Group("military", _("Military or Veterans Affairs")),
            Group("tribal", _("Indian Health Service or tribal")),
            Group("self_pay", _("Self-pay or uninsured")),
            Group("other_payer", _("Another payer")),
        ),
    ),
    ReadyList(
        "geography",
        _("Where people live"),
        _("Rural-urban commuting areas by ZIP code, in four groups: 1–3, 4–6, 7–9 and 10."),
        (
            Group("urban", _("Urban")),
            Group("large_rural", _("Large rural town")),
            Group("small_rural", _("Small rural town")),
            Group("isolated", _("Isolated")),
        ),
    ),
)


def ready_list(code: str) -> ReadyList | None:
    """The ready list with this code, or None."""
    return next((each for each in READY_LISTS if each.code == code), None)
