"""The worksheet's inputs: one form over any of its fields, so that both forms and autosave clean them the same way."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.forms.choices import DayInput
from collab.models import Measure
from pdsa.actions.history import mark_of
from pdsa.actions.worksheet import FIELDS, ROW_FIELDS, is_writable, stored
from pdsa.enums import BarrierCode, Purpose, Sharing
from pdsa.limits import LARGEST_SCALE, fits
from pdsa.models import Cycle, Ramp
from pdsa.policies import check_sharing, refusal_of
from pdsa.queries.worksheet import Choices
from pdsa.worksheet import KINDS, LABELS, Kind, split_key

CHOSEN_ROWS = ("owner", "idea", "ramp", "previous", "measure")
NOT_A_DAY = gettext_lazy("“%(typed)s” is not a day. Write it like 2026-03-10.")
NOT_A_NUMBER = gettext_lazy("“%(typed)s” is not a number. Write digits, such as 5.")


def keys_of(cycle: Cycle) -> list[str]:
    """Every key of the worksheet: its fields, and those of its rows."""
    rows = [
        f"{table}.{row.pk}.{name}"
        for table, fields in ROW_FIELDS.items()
        for row in getattr(cycle, table).all()
        for name in fields
    ]
    return [*FIELDS, *rows]


def marks_sent(text: str) -> dict[str, str]:
    """Key → mark of what the person saw, as the page sends it; empty for anything else than that."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(mark) for key, mark in sent.items()} if isinstance(sent, dict) else {}


class PlainTextField(forms.CharField):
    """Text as typed or pasted, with one kind of line end: browsers send another than they show."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class TitleField(PlainTextField):
    """What the test is called; it can not be without."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            raise forms.ValidationError(_("Give the test a short name."))
        return text


class DayField(forms.DateField):
    """A day whose refusal repeats what was typed."""

    widget = DayInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(NOT_A_DAY % {"typed": value}) from error


class WholeNumberField(forms.IntegerField):
    """A count of at least one."""

    def to_python(self, value: Any) -> Any:
        try:
            number = super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(NOT_A_NUMBER % {"typed": value}) from error
        if number is None:
            raise forms.ValidationError(_("Write a number, at least 1."))
        return number


class NumberField(forms.FloatField):
    """A number that may be left empty."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(NOT_A_NUMBER % {"typed": value}) from error


class NeededNumberField(NumberField):
    """A number that a line can not be without; the line is removed instead."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        if number is None:
            raise forms.ValidationError(_("Write a number, or remove the line."))
        return number


class NeededDayField(DayField):
    """A day that a line can not be without."""

    def to_python(self, value: Any) -> Any:
        day = super().to_python(value)
        if day is None:
            raise forms.ValidationError(_("Choose the day, or remove the line."))
        return day


class PointForm(forms.Form):
    """A new number. Its inputs belong to the page's one form, so that adding it saves everything else too."""

    day = NeededDayField(label=gettext_lazy("Day"), required=False)
    label = forms.CharField(label=gettext_lazy("What was counted"), required=False, validators=[fits(200)])
    value = NeededNumberField(
        label=gettext_lazy("Number"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    out_of = NumberField(
        label=gettext_lazy("Out of"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, validators=[fits(300)])

    def __init__(self, data: Any = None, *, today: Any = None) -> None:
        super().__init__(data, prefix="new", auto_id="f-%s", initial={"day": today})
        for made in self.fields.values():
            made.widget.attrs |= {"form": "worksheet", "class": "form-control", "data-keep-text": "add=points"}


class WorksheetForm(forms.Form):
    """Inputs for ``keys`` of a cycle, those left out that can not be written now. Its fields are named by key.

    Every input says by ``form="worksheet"`` that it belongs to the page's one form: what stands between the parts
    (discussion, drawings) may hold forms of its own.
    """

    def __init__(self, data: Any = None, *, cycle: Cycle, choices: Choices, keys: Iterable[str]) -> None:
        self.cycle = cycle
        self.choices = choices
        # Key → mark of what the sender had seen.
        self.seen: dict[str, str] = {}
        known = set(keys_of(cycle))
        self.keys = [key for key in keys if key in known and is_writable(cycle, key)]
        super().__init__(data, auto_id="f-%s", initial={key: self._shown(stored(cycle, key)) for key in self.keys})
        for key in self.keys:
            self.fields[key] = self._field(key)

    @staticmethod
    def _shown(value: Any) -> Any:
        return "" if value is None else value

    def _field(self, key: str) -> forms.Field:
        table, _pk, name = split_key(key)
        kind = KINDS[table, name]
        made = self._made(table, name, kind)
        made.required = False
        made.label = str(LABELS[table, name])
        made.widget.attrs |= {"form": "worksheet", "data-key": key}
        if kind in (Kind.TEXT, Kind.LINE, Kind.NUMBER, Kind.DAY):
            made.widget.attrs["class"] = "form-control"
        elif kind is Kind.CHOICE:
            made.widget.attrs["class"] = "form-select"
        else:
            made.widget.attrs["class"] = "form-check-input"
        return made

    def _made(self, table: str, name: str, kind: Kind) -> forms.Field:
        if kind in (Kind.TEXT, Kind.LINE):
            return self._text(table, name, kind)
        if kind is Kind.DAY:
            return NeededDayField() if table == "points" else DayField()
        if kind is Kind.TICK:
            return forms.BooleanField()
        if kind is Kind.NUMBER:
            return self._number(table, name)
        if kind is Kind.MANY:
            rows = self.choices.of(name)
            options = [(pk, name_of(row)) for pk, row in rows.items()]
            return forms.TypedMultipleChoiceField(
                choices=options, coerce=int, empty_value=[], widget=forms.CheckboxSelectMultiple
            )
        return self._choice(table, name, kind)

    def _text(self, table: str, name: str, kind: Kind) -> forms.Field:
        longest = self._model_field(table, name).max_length
        # The browser does not cut off what is too long: the site says so, and the text stays.
        validators = [fits(longest)] if longest else []
        widget = forms.Textarea(attrs={"rows": 3}) if kind is Kind.TEXT else forms.TextInput()
        made = TitleField if name == "title" else PlainTextField
        return made(widget=widget, validators=validators)

    def _number(self, table: str, name: str) -> forms.Field:
        if table:
            made = NeededNumberField if name == "value" else NumberField
            return made(widget=forms.TextInput(attrs={"inputmode": "decimal"}))
        range_words = _("Choose a number from 1 to %(most)s.") % {"most": f"{LARGEST_SCALE:,}"}
        return WholeNumberField(
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            validators=[
                MinValueValidator(1, message=range_words),
                MaxValueValidator(LARGEST_SCALE, message=range_words),
            ],
        )

    def _choice(self, table: str, name: str, kind: Kind) -> forms.Field:
        if name in CHOSEN_ROWS:
            rows = self.choices.of(name)
            options: list[Any] = [(pk, name_of(row)) for pk, row in rows.items()]
            empty = [] if name == "ramp" else [("", NOBODY[name])]
            return forms.TypedChoiceField(
                choices=[*empty, *options],
                coerce=lambda pk: rows[int(pk)],
                empty_value=None,
                error_messages={"invalid_choice": _("This can not be chosen any more. Choose another.")},
            )
        if name == "purpose":
            return forms.ChoiceField(choices=Purpose.choices, widget=forms.RadioSelect)
        options = [(value, label) for value, label in self._model_field(table, name).choices or [] if value]
        if kind is Kind.RADIO:
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect)
        return forms.ChoiceField(choices=[("", _("Not said")), *options])

    def _model_field(self, table: str, name: str) -> models.Field[Any, Any]:
        model: type[models.Model] = getattr(Cycle, table).rel.related_model if table else Cycle
        found: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
        return found

    def chosen_words(self, key: str, sent: list[str]) -> str:
        """The labels of what was ticked or chosen, as the input showed them; also where it can not be written now."""
        field = self._field(key)
        if isinstance(field, forms.BooleanField):
            return _("Ticked") if sent else _("Not ticked")
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - texts are typed, all others are chosen
        options: list[tuple[Any, Any]] = list(field.choices)  # type: ignore[arg-type]  # made from lists above
        picked = [str(label) for value, label in options if str(value) in (sent or [""])]
        return ", ".join(picked) or _("Nothing chosen")

    @property
    def marks(self) -> dict[str, str]:
        """What the page sends back as what its reader saw."""
        return {key: mark_of(stored(self.cycle, key)) for key in self.keys}

    def values(self) -> dict[str, Any]:
        """The cleaned values by key, those left out that are refused. Call after ``is_valid``."""
        return {key: self.cleaned_data[key] for key in self.keys if key in self.cleaned_data}

    def among_all(self, cycle: Cycle, choices: Choices) -> WorksheetForm:
        """What was sent, with what is wrong with it, among all the other inputs of the cycle as it now stands."""
        standing = WorksheetForm(cycle=cycle, choices=choices, keys=keys_of(cycle))
        data = QueryDict(mutable=True)
        for key in standing.keys:
            if key in self.fields:
                data.setlist(key, self.data.getlist(key))  # type: ignore[attr-defined]  # a QueryDict
            else:
                value = standing.initial[key]
                data.setlist(key, [str(each) for each in value] if isinstance(value, list) else _as_sent(value))
        whole = WorksheetForm(data, cycle=cycle, choices=choices, keys=standing.keys)
        whole.seen = self.seen
        whole.is_valid()
        whole.refuse({key: " ".join(map(str, sentences)) for key, sentences in self.errors.items()})
        return whole

    def refuse(self, sentences: dict[str, str]) -> None:
        """Put the action's refusals beside the inputs."""
        for key, sentence in sentences.items():
            if key in self.fields and not self.errors.get(key):
                self.add_error(key, sentence)


def _as_sent(value: Any) -> list[str]:
    """A value as a browser sends it: a tick box that is not ticked is not sent."""
    return [] if value is False or value == "" else [str(value)]


NOBODY = {
    "owner": gettext_lazy("Nobody yet"),
    "idea": gettext_lazy("An idea of our own"),
    "previous": gettext_lazy("None: it is a first cycle"),
    "measure": gettext_lazy("None"),
}


def name_of(row: Any) -> str:
    """What a row is called in a list of choices."""
    if isinstance(row, Measure):
        return row.latest.name
    if isinstance(row, Cycle | Ramp):
        return f"{row.number}. {row.title}"
    return str(row)


class NewCycleForm(forms.Form):
    """The start of a test: the question in one's own words and a name; everything else follows on the worksheet."""

    question = forms.CharField(
        label=gettext_lazy("What do you want to find out?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("In the words you would use with a colleague. You can change it later."),
        validators=[fits(20_000)],
        required=False,
    )
    title = forms.CharField(
        label=gettext_lazy("A short name for this test"), max_length=200, help_text=gettext_lazy("A few words.")
    )
    idea = forms.TypedChoiceField(label=gettext_lazy("Which change idea?"), required=False, empty_value=None)
    ramp = forms.TypedChoiceField(
        label=gettext_lazy("Does it go on with a ramp?"),
        required=False,
        empty_value=None,
        help_text=gettext_lazy("A ramp is a row of tests of one idea, each a little larger."),
    )

    def __init__(self, *args: Any, ideas: dict[int, Any], ramps: dict[int, Ramp], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows, nothing in (
            ("idea", ideas, NOBODY["idea"]),
            ("ramp", ramps, gettext_lazy("No, it begins something new")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared above
            field.choices = [("", nothing), *((pk, name_of(row)) for pk, row in rows.items())]
            field.coerce = lambda pk, rows=rows: rows[int(pk)]
        if not ramps:
            del self.fields["ramp"]


class HelpForm(forms.Form):
    """What a team wants help with."""

    help_wanted = forms.CharField(
        label=gettext_lazy("What do you need help with?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Your coaches see it at the top of their list."),
        validators=[fits(500)],
        error_messages={"required": gettext_lazy("Say in a sentence what you need help with.")},
    )


class BarrierForm(forms.Form):
    """What stands in the way."""

    code = forms.ChoiceField(
        label=gettext_lazy("What stands in the way?"),
        choices=[("", gettext_lazy("Choose")), *BarrierCode.choices],
        error_messages={"required": gettext_lazy("Choose what stands in the way.")},
    )
    note = forms.CharField(label=gettext_lazy("In a sentence"), required=False, validators=[fits(500)])


class SharingForm(forms.Form):
    """Who reads the cycle: the choices that stand open for ``cycle``, or all."""

    sharing = forms.ChoiceField(label=gettext_lazy("Who reads it once it has begun?"), choices=())

    def __init__(self, *args: Any, cycle: Cycle | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sharing"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        allowed = [one for one in Sharing if cycle is None or not refusal_of(check_sharing, cycle, one)]
        field.choices = [(one.value, one.label) for one in allowed]
