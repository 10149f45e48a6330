"""From which month on teams see benchmarks, for all measures and for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext as _

from collab.common.formatting import period_name
from collab.common.months import iso, parse
from collab.forms.choices import FieldGroup
from collab.models import Collaborative, Measure
from metrics.enums import Published
from metrics.models import Publication
from metrics.queries.publishing import Published as InForce


class PublicationForm(forms.Form):
    """One question and one month for all measures, and the same for each; folded where it goes as all measures do."""

    def __init__(
        self, data: Any = None, *, collaborative: Collaborative, measures: list[Measure], found: InForce
    ) -> None:
        super().__init__(data)
        self.measures = measures
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=found.stamp)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.collaborative, self.step = collaborative, collaborative.step
        self.months = [("", _("Choose a month"))] + [
            (iso(month), period_name(month, step=self.step)) for month in collaborative.reporting_months()
        ]
        self._ask(
            "all",
            _("All measures"),
            found.for_all,
            [one for one in Published if one is not Published.DEFAULT],
            collaborative,
        )
        for measure in measures:
            self._ask(
                measure.code, measure.latest.name, found.by_measure.get(measure.pk), list(Published), collaborative
            )

    def groups(self) -> Iterator[FieldGroup]:
        """The questions under their headings: for all, then each measure."""
        yield self._group("all", _("All measures"), folded=False)
        for measure in self.measures:
            yield self._group(measure.code, measure.latest.name, folded=True)

    def _group(self, key: str, title: str, *, folded: bool) -> FieldGroup:
        what, month = self[f"{key}_what"], self[f"{key}_month"]
        # What differs from the rest is read without opening anything.
        return FieldGroup(title, [what, month], folded=folded and what.value() == Published.DEFAULT)

    def _ask(
        self, key: str, label: str, row: Publication | None, choices: list[Published], collaborative: Collaborative
    ) -> None:
        self.fields[f"{key}_what"] = forms.ChoiceField(
            label=_("What teams see: %(measure)s") % {"measure": label},
            choices=[(one.value, one.label) for one in choices],
            initial=_what(row, collaborative, is_default=choices[0]).value,
        )
        self.fields[f"{key}_month"] = forms.TypedChoiceField(
            label=_("First month shown: %(measure)s") % {"measure": label},
            help_text=_("Only for “From a month on”."),
            choices=self.months,
            coerce=parse,
            empty_value=None,
            required=False,
            initial=iso(row.from_month) if row and row.from_month else "",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key in self.keys:
            if cleaned.get(f"{key}_what") == Published.FROM and not cleaned.get(f"{key}_month"):
                self.add_error(f"{key}_month", _("Choose the first month that teams see."))
        return cleaned

    def tell_what_holds_now(self, found: InForce) -> None:
        """Keep the answers, say where somebody else's differ, and take the next sending as meant."""
        self.data = {**dict(self.data.items()), "seen": found.stamp}
        of = {"all": found.for_all} | {one.code: found.by_measure.get(one.pk) for one in self.measures}
        self.add_error(None, _("Nothing was saved: somebody changed this page since you opened it. Look at it again."))
        for key, row in of.items():
            what = _what(row, self.collaborative, is_default=Published.ALL if key == "all" else Published.DEFAULT)
            month = row.from_month if row and what is Published.FROM else None
            if (what, month) == self._answer(key):
                continue
            self.add_error(
                f"{key}_what",
                _("By now: “%(what)s”%(month)s. Your answer stands here; it holds when you save again.")
                % {"what": what.label, "month": f" ({period_name(month, step=self.step)})" if month else ""},
            )

    @property
    def keys(self) -> list[str]:
        return ["all", *(measure.code for measure in self.measures)]

    def answers(self) -> list[tuple[Measure | None, Published, dt.date | None]]:
        """What was said about each measure, and about all (None)."""
        of: list[Measure | None] = [None, *self.measures]
        return [(measure, *self._answer(key)) for measure, key in zip(of, self.keys, strict=True)]

    def _answer(self, key: str) -> tuple[Published, dt.date | None]:
        what = Published(self.cleaned_data[f"{key}_what"])
        return what, self.cleaned_data[f"{key}_month"] if what is Published.FROM else None


def _what(row: Publication | None, collaborative: Collaborative, *, is_default: Published) -> Published:
    if row is None:
        return is_default
    if row.from_month is None:
        return Published.NONE
    return Published.ALL if row.from_month <= collaborative.start else Published.FROM
