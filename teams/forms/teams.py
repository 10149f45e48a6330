"""Enrolling, changing, withdrawing and completing teams."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collab.common import months
from collab.forms.choices import DayInput
from collab.models import Collaborative
from teams.enums import WithdrawalReason, WithdrawalStage
from teams.models import Agency, Team

MOST_ROWS = 500
MANY_AGENCIES = 20
"""With more than these there is a search field over the list of agencies."""
LONGEST_CODE = 40
LONGEST_NAME = 200


class TeamForm(forms.Form):
    """One team: an agency from the list or a new one, perhaps a partner agency."""

    agency = forms.ModelChoiceField(
        label=_("Agency"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=_("A new agency, written below"),
        help_text=_("Whose team it is."),
    )
    new_agency_name = forms.CharField(
        label=_("New agency: name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Only when the agency is not in the list above."),
    )
    new_agency_code = forms.CharField(
        label=_("New agency: code"),
        required=False,
        max_length=LONGEST_CODE,
        help_text=_("The short name in files, such as NORTHSIDE."),
    )
    partner_agency = forms.ModelChoiceField(
        label=_("Partner agency"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=_("No partner"),
        help_text=_("Only for a team of two agencies, such as behavioral health and primary care."),
    )
    name = forms.CharField(
        label=_("Team name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Leave it empty to call the team after its agency."),
    )
    enrolled_on = forms.DateField(
        label=_("Takes part since"),
        widget=DayInput(),
        help_text=_("Figures are expected from this month on."),
    )

    def __init__(self, *args: Any, collaborative: Collaborative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collaborative = collaborative
        self.fields["enrolled_on"].initial = collaborative.start
        agencies = Agency.objects.filter(center=collaborative.center_id)
        is_long = agencies.count() > MANY_AGENCIES
        for name in ("agency", "partner_agency"):
            field = cast("forms.ModelChoiceField[Agency]", self.fields[name])
            field.queryset = agencies
            if is_long:
                field.widget.attrs["data-searchable"] = gettext("Search agencies")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        agency, name, code = (cleaned.get(key) for key in ("agency", "new_agency_name", "new_agency_code"))
        if agency and (name or code):
            self.add_error("agency", gettext("Choose an agency or write a new one, not both."))
        elif not agency and not name and "agency" not in self.errors:
            self.add_error("agency", gettext("Choose an agency, or write the name of a new one."))
        elif not agency and name and not code:
            self.add_error("new_agency_code", gettext("A new agency needs a code."))
        elif code and Agency.objects.filter(center=self.collaborative.center_id, code=code).exists():
            self.add_error("new_agency_code", gettext("This center already has an agency with this code."))
        partner = cleaned.get("partner_agency")
        if agency and partner and agency == partner:
            self.add_error("partner_agency", gettext("The partner must be another agency."))
        if (
            agency
            and not self.errors
            and not partner
            and Team.objects.filter(collaborative=self.collaborative, agency=agency, partner_agency=None).exists()
        ):
            self.add_error("agency", gettext("This agency already has a team in this collaborative."))
        check_enrolment(self, self.collaborative)
        return cleaned


def check_enrolment(form: forms.Form, collaborative: Collaborative) -> None:
    """A team that joins after the last month would never be expected to report."""
    day = form.cleaned_data.get("enrolled_on")
    last = months.last_day(collaborative.span.last)
    if day and day > last:
        form.add_error(
            "enrolled_on",
            gettext("The collaborative ends on %(last)s. Choose a day before that.") % {"last": last.isoformat()},
        )


@dataclass(frozen=True, slots=True)
class PastedTeam:
    """A line of the pasted table: an agency's code and name, and its row when the center has it already."""

    line: int
    code: str
    name: str
    agency: Agency | None


class ManyTeamsForm(forms.Form):
    """Teams from a table with the columns code and name, copied from a spreadsheet. ``cleaned_data["rows"]``."""

    rows = forms.CharField(
        label=_("Code and name, one agency a line"),
        help_text=_(
            "Copy two columns from a spreadsheet, or write NORTHSIDE, Northside Clinic. An agency whose code the "
            "center has already is used again."
        ),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        max_length=100_000,
    )
    enrolled_on = forms.DateField(
        label=_("All take part since"), widget=DayInput(), help_text=_("Figures are expected from this month on.")
    )

    def __init__(self, *args: Any, collaborative: Collaborative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collaborative = collaborative
        self.fields["enrolled_on"].initial = collaborative.start

    def clean_rows(self) -> list[PastedTeam]:
        known = {agency.code: agency for agency in Agency.objects.filter(center=self.collaborative.center_id)}
        with_team = set(
            Team.objects.filter(collaborative=self.collaborative, partner_agency=None).values_list(
                "agency_id", flat=True
            )
        )
        found: dict[str, PastedTeam] = {}
        errors: list[str] = []
        for line, cells in _cells(self.cleaned_data["rows"]):
            problem = _problem(cells, found)
            agency = known.get(cells[0])
            if not problem and agency is not None and agency.pk in with_team:
                problem = gettext("%(code)s already has a team in this collaborative.") % {"code": cells[0]}
            if problem:
                errors.append(gettext("Line %(line)s: %(problem)s") % {"line": line, "problem": problem})
            else:
                found[cells[0]] = PastedTeam(line, cells[0], cells[1], agency)
        if not errors and not found:
            errors.append(gettext("Write at least one line with a code and a name."))
        if len(found) > MOST_ROWS:
            errors = [
                gettext("Add at most %(most)s teams at once; these are %(count)s.")
                % {"most": MOST_ROWS, "count": len(found)}
            ]
        if errors:
            raise ValidationError(errors)
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_enrolment(self, self.collaborative)
        return cleaned


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line with something in it; a heading "code, name" is passed over."""
    lines: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        delimiter = "\t" if "\t" in line else ";" if ";" in line and "," not in line else ","
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
        if [cell.lower() for cell in cells] != ["code", "name"]:
            lines.append((number, cells))
    return lines


def _problem(cells: list[str], found: dict[str, PastedTeam]) -> str:
    if len(cells) != 2 or not all(cells):
        return gettext("two columns are wanted, the code and the name.")
    code, name = cells
    if len(code) > LONGEST_CODE:
        return gettext("the code is longer than %(most)s characters.") % {"most": LONGEST_CODE}
    if len(name) > LONGEST_NAME:
        return gettext("the name is longer than %(most)s characters.") % {"most": LONGEST_NAME}
    if code in found:
        return gettext("%(code)s stands in line %(first)s already.") % {"code": code, "first": found[code].line}
    return ""


class ChangeTeamForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A team's name, code name and day of enrolment. Saving is the action's."""

    class Meta:
        model = Team
        fields = ("name", "code_name", "enrolled_on")
        widgets = {"enrolled_on": DayInput()}
        help_texts = {
            "name": _("As others in the collaborative read it. The address of its pages stays as it is."),
            "enrolled_on": _("Figures are expected from this month on."),
        }

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"collaborative"}  # type: ignore[misc,no-any-return]  # Django's own hook


class WithdrawForm(forms.Form):
    """That a team left: when, why, in which stage; confirmed by words."""

    WORD = _("withdraw")

    on = forms.DateField(
        label=_("Withdrew on"),
        widget=DayInput(),
        help_text=_("Figures are no longer expected from this month on; those before stay in every chart."),
    )
    reason = forms.TypedChoiceField(
        label=_("Main reason"),
        choices=[("", _("Choose a reason")), *WithdrawalReason.choices],
        coerce=WithdrawalReason,
        help_text=_("Collaboratives learn from why teams leave."),
    )
    stage = forms.TypedChoiceField(
        label=_("Stage"),
        choices=[("", _("From the day above")), *WithdrawalStage.choices],
        coerce=WithdrawalStage,
        empty_value=None,
        required=False,
        help_text=_("Dropout is reported by stage. Choose one only if the calendar tells it wrong."),
    )
    note = forms.CharField(
        label=_("What happened"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
        help_text=_("For the coordinator and faculty. Nothing about clients."),
    )
    confirmation = forms.CharField(
        label=_("Type “withdraw” to confirm"),
        help_text=_("The team can take part again later."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    def clean_confirmation(self) -> str:
        word: str = self.cleaned_data["confirmation"]
        if word.strip().lower() != str(self.WORD).lower():
            raise ValidationError(gettext("Type the word “%(word)s”.") % {"word": self.WORD})
        return word


class CompleteForm(forms.Form):
    """That a team completed the collaborative."""

    on = forms.DateField(
        label=_("Completed on"),
        widget=DayInput(),
        help_text=_("The day on which the team met what the collaborative asks for."),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
