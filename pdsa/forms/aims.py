"""Forms for aims: one form for aim statement and charter, so that switching between them loses nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.forms.choices import DayInput, FieldGroup, described
from collab.models import Measure
from pdsa.enums import AimForm
from pdsa.forms.together import TogetherForm
from pdsa.limits import LONGEST_TEXT
from pdsa.models import Aim
from pdsa.presenters.aims import GROUPS

LONG_FIELDS = {
    "what": 2, "why": 3, "in_scope": 2, "out_of_scope": 2, "leader_goal": 3, "leader_sign": 2, "equity_group": 2,
    "co_designers": 2, "members": 5, "customer_needs": 3, "business_case": 3, "root_causes": 3, "risks": 3,
    "resources": 2, "milestones": 3, "communication": 2, "sustaining": 2,
}  # fmt: skip


class MeasureChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Measures by the name of their newest definition."""

    def label_from_instance(self, obj: Measure) -> str:
        return obj.latest.name


class WriteAimForm(TogetherForm):
    """An aim or a charter."""

    class Meta:
        model = Aim
        fields = ("form", "title", *(name for group in GROUPS for name in group.fields))
        field_classes = {"measures": MeasureChoice}
        widgets = {
            "form": forms.RadioSelect,
            "by_when": DayInput(),
            "measures": forms.CheckboxSelectMultiple,
            **{
                name: forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST_TEXT})
                for name, rows in LONG_FIELDS.items()
            },
        }
        help_texts = {
            "title": gettext_lazy("A few words that everybody on the team would recognize."),
            "what": gettext_lazy(
                "What will be better for the people you serve? Example: “People who call for help come to their first "
                "appointment.”"
            ),
            "how_much": gettext_lazy("From where to where. Example: “from 29 % missed to 15 %”."),
            "for_whom": gettext_lazy("Whom you serve with it. Example: “adults who call our two clinics”."),
            "by_when": gettext_lazy("A day within the collaborative keeps it close."),
            "why": gettext_lazy("What it means for people when it goes wrong today."),
            "measures": gettext_lazy("Outcome measures tell whether the aim is reached; process measures whether the "
                                     "change happens. One or two of each are enough."),
            "equity_group": gettext_lazy(
                "Who waits longer or gets less today, and has to gain at least as much? Look at the results by group."
            ),
            "co_designers": gettext_lazy(
                "Clients, peers and family members who shape the work, not only comment on it. Name people only with "
                "their consent."
            ),
            "leader_goal": gettext_lazy("Filled in from what your senior leader wrote. Change it only with them."),
            "leader_sign": gettext_lazy("What the leader will see or hear when it works."),
            "in_scope": gettext_lazy("Sites, programs and steps that take part."),
            "out_of_scope": gettext_lazy("What you leave aside for now, so that it stays doable."),
            "sponsor": gettext_lazy("The leader who frees time and removes obstacles."),
            "change_leader": gettext_lazy("Who leads the work day by day."),
            "data_coordinator": gettext_lazy("Who collects the figures."),
            "members": gettext_lazy("Three to seven people are usual. Filled in from the team’s people."),
            "customer_needs": gettext_lazy("What they told you, in their words. A walk-through helps."),
            "business_case": gettext_lazy("What it saves or earns: visits kept, staff time, penalties avoided."),
            "root_causes": gettext_lazy("Why it goes wrong today. Ask why until it does not help any more."),
            "milestones": gettext_lazy("What will be seen when."),
            "resources": gettext_lazy("Hours a week, rooms, telephones, money."),
            "risks": gettext_lazy("What could get in the way, and what you will do about it."),
            "communication": gettext_lazy("Staff, board, clients and families: who tells them what?"),
            "sustaining": gettext_lazy("Who keeps it going when the collaborative is over?"),
        }  # fmt: skip

    def __init__(self, *args: Any, measures: Collection[Measure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, chosen = self.fields["form"], self.fields["measures"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - a model field with choices makes one
        assert isinstance(chosen, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        kind.choices = described(AimForm)
        kind.label = _("Which questions do you answer?")
        kind.help_text = _("You can switch at any time; what is written stays.")
        chosen.queryset = Measure.objects.filter(pk__in=[measure.pk for measure in measures]).with_versions()
        chosen.required = False
        for field in self.fields.values():
            field.label = capfirst(str(field.label or ""))

    @property
    def groups(self) -> list[FieldGroup]:
        """The questions in their order; a charter's own are folded while the aim is none."""
        is_charter = self["form"].value() == AimForm.CHARTER
        return [
            FieldGroup(group.title, [self[name] for name in group.fields], folded=group.of_charter and not is_charter)
            for group in GROUPS
        ]

    @property
    def values(self) -> dict[str, Any]:
        """The record's own fields that the person changed; the measures are chosen beside them."""
        return {name: value for name, value in super().values.items() if name != "measures"}

    @property
    def measures(self) -> list[Measure] | None:
        """The chosen measures, None when they were left alone."""
        return None if "measures" in self.left_alone() else list(self.cleaned_data["measures"])


class CloseAimForm(forms.Form):
    """What was reached."""

    outcome = forms.CharField(
        label=gettext_lazy("What was reached?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("In a few sentences: where you are now, what helped, what is left to do."),
        error_messages={"required": gettext_lazy("Say in a sentence what was reached, so that others learn from it.")},
    )
    on = forms.DateField(label=gettext_lazy("On which day?"), required=False, widget=DayInput())
