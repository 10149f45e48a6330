"""A measure's rules in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from collab.common.enums import Tone
from collab.common.formatting import number
from collab.models import Measure
from metrics.enums import CheckKind, CheckPart, Importance
from metrics.models import MeasureCheck
from metrics.validation import part_name

TONES = {Importance.CORRECT: Tone.PROBLEM, Importance.CONFIRM: Tone.ATTENTION, Importance.NOTE: Tone.INFO}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: its sentence, and what a break of it asks for."""

    pk: int
    sentence: str
    importance: str | Promise
    tone: Tone


def rule_lines(checks: Iterable[MeasureCheck]) -> list[RuleLine]:
    """The rules that somebody set up, in the order in which they were; the usual checks are left out."""
    return [
        RuleLine(
            check.pk,
            rule_sentence(check),
            Importance(check.importance).label,
            TONES.get(Importance(check.importance), Tone.NEUTRAL),
        )
        for check in checks
        if check.kind in CheckKind.added()
    ]


def rule_sentence(check: MeasureCheck) -> str:
    """ "The numerator is not above the denominator of “Visits”." """
    part = _capital(str(CheckPart(check.part).label))
    if check.kind == CheckKind.RANGE:
        if check.low is not None and check.high is not None:
            return _("%(part)s lies from %(low)s to %(high)s.") % {
                "part": part,
                "low": number(check.low),
                "high": number(check.high),
            }
        if check.low is not None:
            return _("%(part)s is %(low)s or more.") % {"part": part, "low": number(check.low)}
        return _("%(part)s is %(high)s or less.") % {"part": part, "high": number(check.high)}
    words = (
        _("%(part)s is not above %(other)s.")
        if check.kind == CheckKind.AT_MOST
        else _("%(part)s is the same as %(other)s.")
    )
    return words % {"part": part, "other": part_name(_other(check).latest, check.other_part)}


def _other(check: MeasureCheck) -> Measure:
    # A constraint sees to it that rules across measures have one.
    assert check.other is not None  # noqa: S101
    return check.other


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
