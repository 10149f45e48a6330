"""Asking for a report: which, and about whom; only what the person may have can be chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from collab.models import Collaborative
from metrics.enums import ReportKind
from metrics.queries.reports import may_have, reportable_agencies, reportable_teams
from teams.models import Agency, Team


class ReportForm(forms.Form):
    """One kind of report. ``subject`` is asked for where there is more than one; ``cleaned_data`` always has it."""

    def __init__(self, kind: ReportKind, collaborative: Collaborative, viewer: Any, data: Any = None) -> None:
        super().__init__(data, auto_id=f"{kind.value}_%s")
        self.kind = kind
        self.collaborative = collaborative
        if kind is ReportKind.COLLABORATIVE:
            self.may_ask = may_have(viewer, kind, collaborative)
        else:
            subjects = _subjects(kind, collaborative, viewer)
            first = list(subjects[:2])
            self.may_ask = bool(first)
            self.fields["subject"] = _subject_field(kind, subjects, first[0] if len(first) == 1 else None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.kind is ReportKind.COLLABORATIVE:
            cleaned["subject"] = self.collaborative
        return cleaned


class SubjectField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no type arguments at run time
    """A team or an agency, by name; agencies with their code, for names repeat."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.code})" if isinstance(obj, Agency) and obj.code != obj.name else str(obj)


def _subjects(kind: ReportKind, collaborative: Collaborative, viewer: Any) -> QuerySet[Any]:
    chosen = reportable_teams if kind.is_about_team else reportable_agencies
    return chosen(viewer, collaborative)


def _subject_field(kind: ReportKind, subjects: QuerySet[Any], only: Team | Agency | None) -> SubjectField:
    """The choice of the subject; where there is only one, it is chosen already."""
    missing = _("Choose one from the list.")
    return SubjectField(
        queryset=subjects,
        label=_("Team") if kind.is_about_team else _("Agency"),
        initial=only,
        empty_label=None if only else _("Choose…"),
        error_messages={"required": missing, "invalid_choice": missing},
    )


def report_forms(collaborative: Collaborative, viewer: Any) -> list[ReportForm]:
    """A form for each kind of report that ``viewer`` may have."""
    found = [ReportForm(kind, collaborative, viewer) for kind in ReportKind]
    return [form for form in found if form.may_ask]
