"""Asking for a report: which, and about whom; only what the person may have can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common.formatting import number
from collab.models import Collaborative
from metrics.enums import ReportKind
from metrics.queries.reports import may_have, reportable_agencies, reportable_teams
from teams.models import Agency, Team
from teams.models.agency import AgencyQuerySet
from teams.models.team import TeamQuerySet

MOST_OFFERED = 50
"""So many can be chosen from at once; of more it is told how to look for the others."""


@dataclass(frozen=True)
class Offered:
    """The teams or agencies that somebody may have a report about, and the first of those that fit ``words``.

    ``count``: how many fit.
    """

    subjects: TeamQuerySet | AgencyQuerySet
    words: str
    fitting: tuple[Team | Agency, ...]
    count: int

    @property
    def is_part(self) -> bool:
        """Whether there are others than those that are offered."""
        return bool(self.words) or self.count > len(self.fitting)

    @property
    def has_some(self) -> bool:
        """Whether there are any at all."""
        return bool(self.fitting) or bool(self.words and self.subjects.exists())


class ReportForm(forms.Form):
    """One kind of report. ``subject`` is asked for where there is more than one; ``cleaned_data`` always has it.

    ``offered``: whom it can be about; None where it is about the collaborative.
    """

    def __init__(
        self, kind: ReportKind, collaborative: Collaborative, viewer: Any, offered: Offered | None, data: Any = None
    ) -> None:
        super().__init__(data, auto_id=f"{kind.value}_%s")
        self.kind = kind
        self.collaborative = collaborative
        self.offered = offered
        if offered is None:
            self.may_ask = may_have(viewer, kind, collaborative)
        else:
            self.may_ask = offered.has_some
            self.fields["subject"] = SubjectField(kind, offered)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.offered is None:
            cleaned["subject"] = self.collaborative
        return cleaned


class SubjectField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no type arguments at run time
    """A team or an agency, by name; agencies with their code, for names repeat.

    Each that the person may have is accepted, whether or not it is among those offered. A single one is chosen already.
    """

    def __init__(self, kind: ReportKind, offered: Offered) -> None:
        missing = gettext_lazy("Choose one from the list.")
        only = offered.fitting[0] if offered.count == 1 else None
        super().__init__(
            queryset=offered.subjects,
            label=_("Team") if kind.is_about_team else _("Agency"),
            initial=only,
            help_text=_where_the_others_are(offered),
            error_messages={"required": missing, "invalid_choice": missing},
        )
        choices = [(one.pk, self.label_from_instance(one)) for one in offered.fitting]
        self.choices = choices if only else [("", _("Choose…")), *choices]

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.code})" if isinstance(obj, Agency) and obj.code != obj.name else str(obj)


def _where_the_others_are(offered: Offered) -> str:
    if not offered.count:
        return _("No name fits “%(words)s”. Look for another one above.") % {"words": offered.words}
    if offered.count == len(offered.fitting):
        return ""
    return ngettext(
        "The first %(shown)s of %(count)s. Look for a name above to find another.",
        "The first %(shown)s of %(count)s. Look for a name above to find the others.",
        offered.count - len(offered.fitting),
    ) % {"shown": len(offered.fitting), "count": number(offered.count)}


def report_forms(collaborative: Collaborative, viewer: Any, words: str = "", sent: Any = None) -> list[ReportForm]:
    """A form for each kind of report that ``viewer`` may have; of teams and agencies, those that fit ``words`` are
    offered. ``sent``: what was sent, for the form of its kind."""
    teams = _offered(reportable_teams(viewer, collaborative), words)
    agencies = _offered(reportable_agencies(viewer, collaborative), words)
    about = {ReportKind.COLLABORATIVE: None, ReportKind.LEADER: agencies}
    forms_of = [
        ReportForm(
            kind,
            collaborative,
            viewer,
            about.get(kind, teams),
            sent if sent is not None and sent.get("kind") == kind.value else None,
        )
        for kind in ReportKind
    ]
    return [form for form in forms_of if form.may_ask]


def _offered(subjects: TeamQuerySet | AgencyQuerySet, words: str) -> Offered:
    fitting: Any = subjects.named(words)
    found = tuple(fitting[: MOST_OFFERED + 1])
    count = len(found) if len(found) <= MOST_OFFERED else fitting.count()
    return Offered(subjects, words, found[:MOST_OFFERED], count)
