"""What somebody looks for in the library, and what a team says when it takes a change over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.models import ChangeIdea, Driver
from pdsa.enums import Decision, Match, Population, Setting
from pdsa.limits import check_length
from pdsa.queries.library import CENTER, OPEN, OTHERS, OURS, Wanted
from teams.models import Team

Choice = tuple[str, str | Promise]
ANY: Choice = ("", _("Any"))
# Longer than anything looked for; what is beyond says nothing more.
LONGEST_SEARCH = 200


class LibraryForm(forms.Form):
    """The filters. What the address holds that is no choice narrows nothing."""

    q = forms.CharField(label=_("Words"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    driver = forms.ChoiceField(label=_("Driver"), required=False)
    idea = forms.ChoiceField(label=_("Change idea"), required=False)
    setting = forms.ChoiceField(label=_("Setting"), required=False, choices=[ANY, *Setting.choices])
    population = forms.ChoiceField(label=_("For whom"), required=False, choices=[ANY, *Population.choices])
    decision = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[ANY, *Decision.choices, (OPEN, _("Not decided yet"))]
    )
    result = forms.ChoiceField(label=_("Result"), required=False, choices=[ANY, *Match.choices])
    whose = forms.ChoiceField(
        label=_("Whose"), required=False, choices=[ANY, (OURS, _("Our own")), (OTHERS, _("Other teams’"))]
    )
    scope = forms.ChoiceField(
        label=_("From"),
        required=False,
        choices=[("", _("This collaborative")), (CENTER, _("All of our center"))],
    )

    def __init__(self, data: Any, *, drivers: Sequence[Driver], ideas: Sequence[ChangeIdea], has_teams: bool) -> None:
        super().__init__(data)
        self._drivers = {str(row.pk): row for row in drivers}
        self._ideas = {str(row.pk): row for row in ideas}
        for name, rows in (("driver", self._drivers), ("idea", self._ideas)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [ANY, *((key, str(row)) for key, row in rows.items())]
            if not rows:
                del self.fields[name]
        if not has_teams:
            del self.fields["whose"]

    def wanted(self) -> Wanted:
        """What the address asks for, as far as it can be chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        return Wanted(
            words=chosen.get("q", "")[:LONGEST_SEARCH],
            driver=self._drivers.get(chosen.get("driver", "")),
            idea=self._ideas.get(chosen.get("idea", "")),
            setting=chosen.get("setting", ""),
            population=chosen.get("population", ""),
            decision=chosen.get("decision", ""),
            result=chosen.get("result", ""),
            whose=chosen.get("whose", ""),
            everywhere=chosen.get("scope") == CENTER,
        )

    @property
    def choices(self) -> list[forms.BoundField]:
        """Everything but the words: folded away until one of them is used, so that what was found is in sight."""
        return [self[name] for name in self.fields if name != "q"]

    @property
    def is_unfolded(self) -> bool:
        return any(self.data.get(field.name) for field in self.choices)

    @property
    def narrows(self) -> bool:
        """Whether anything but the place is chosen."""
        return any(self.data.get(name) for name in self.fields if name != "scope")


class TakeForm(forms.Form):
    """For which team a change is taken over, and how it is fitted there. That can also be written later, before Do."""

    team = forms.ChoiceField(
        label=_("For which team?"),
        error_messages={"required": _("Choose for which of your teams."), "invalid_choice": _("Choose one of these.")},
    )
    fitted = forms.CharField(
        label=_("How is it fitted to you?"),
        required=False,
        validators=[check_length],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Your people, your hours, your building: what will be different? You can also write it on the worksheet; "
            "Do can not begin without it."
        ),
    )

    def __init__(self, data: Any, *, teams: Sequence[Team]) -> None:
        super().__init__(data)
        self._teams = {str(team.pk): team for team in teams}
        field = self.fields["team"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("Choose")), *((key, _name_of(team)) for key, team in self._teams.items())]
        if len(teams) == 1:
            del self.fields["team"]

    @property
    def chosen_team(self) -> Team:
        """The chosen team, or the only one there is. The form must be valid."""
        return self._teams[self.cleaned_data.get("team") or next(iter(self._teams))]


def _name_of(team: Team) -> str:
    return f"{team.name} ({team.collaborative.name})"
