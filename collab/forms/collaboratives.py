"""The form for a collaborative's details."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collab import policies
from collab.common.months import MonthField
from collab.enums import Cadence, CollaborativeType, DataSharing
from collab.forms.centers import SlugFromName
from collab.forms.choices import FieldGroup, MonthInput, described, time_zones
from collab.models import Collaborative
from collab.profiles import MOST_DAYS

GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (_("What it is"), ("name", "slug", "type", "topic", "aim")),
    (_("When teams report"), ("start", "months", "cadence", "time_zone", "due_day", "lock_after_days")),
    (_("Who sees what"), ("data_sharing", "faculty_see_small_counts")),
)
FIELDS = [name for _title, names in GROUPS for name in names]


class CollaborativeForm(SlugFromName):
    """Everything about a collaborative that is not a list of its own. Each field says why it is asked."""

    start = MonthField(
        label=_("First month"),
        widget=MonthInput(attrs={"placeholder": "2026-03"}),
        help_text=_("The first month that teams report figures for."),
    )

    class Meta:
        model = Collaborative
        fields = FIELDS
        widgets = {
            "type": forms.RadioSelect,
            "aim": forms.Textarea(attrs={"rows": 4}),
            "cadence": forms.RadioSelect,
            "time_zone": forms.Select(attrs={"data-searchable": _("Search time zones")}),
            "data_sharing": forms.RadioSelect,
        }
        labels = {
            "months": _("Number of months"),
            "faculty_see_small_counts": _("Faculty see counts of 1–10"),
        }
        help_texts = {
            "type": _("The types differ in what they ask of teams. Choose what this really is."),
            "topic": _("In a few words, such as “Follow-up after discharge”."),
            "aim": _(
                "One or two sentences that say what will be better, by how much, for whom, and by when. Example: "
                "“Raise follow-up within 7 days after discharge from 45 % to 70 % for adults at all agencies by "
                "December 2027.”"
            ),
            "months": _("How long teams report. Collaboratives usually last 6 to 18 months; you can add months later."),
            "cadence": _("Monthly figures show a change sooner; quarterly ones are enough for slow outcomes."),
            "time_zone": _("Deadlines hold by this clock."),
            "due_day": _(
                "Figures are due at the end of this day of the month after the period. From 1 to 28, so that every "
                "month has it."
            ),
            "lock_after_days": _(
                "So many days after the due day, a month can be changed only after a coordinator opens it again. "
                "Late corrections stay possible without old results shifting unseen."
            ),
            "data_sharing": _(
                "What teams see of each other's figures. Agree on it with the agencies before you start."
            ),
            "faculty_see_small_counts": _(
                "A count of 1 to 10 can point to a person. Tick this only where the agreement with the agencies says "
                "that faculty may see such counts. The team that typed them and its agency's leader always see them; "
                "everybody else never does."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lock_after_days"].validators.append(MaxValueValidator(MOST_DAYS))
        self._choose("type", described(CollaborativeType))
        self._choose("cadence", described(Cadence))
        self._choose("data_sharing", described(DataSharing))
        zones = list(time_zones())
        known = {name for _group, group in zones for name, _label in group}
        present = self.initial.get("time_zone") or self.instance.time_zone
        if present not in known:
            zones.append((gettext("Chosen before"), [(present, present)]))
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=zones,
            widget=self.fields["time_zone"].widget,
            help_text=self.fields["time_zone"].help_text,
            initial=present,
        )
        if self.instance.pk is not None:
            del self.fields["slug"]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - a model field with choices makes one
        field.choices = choices

    def groups(self) -> Iterator[FieldGroup]:
        """The form's fields under their headings."""
        for title, names in GROUPS:
            yield FieldGroup(title=title, fields=[self[name] for name in names if name in self.fields])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk is not None:
            # Until the model's own checks, which come after this, the instance is as it was stored.
            policies.check_details(self.instance, cleaned)
        return cleaned
