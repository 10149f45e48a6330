"""Forms for records that two people may have open at once: nobody's words replace another's without a word."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

LONGEST_SHOWN = 300


class TogetherForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A form of one record.

    ``seen`` holds a fingerprint of every value as the person got it: what somebody else changed meanwhile is not
    overwritten by a field that was left alone, and is told where both changed it.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-keep-text": True}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.instance.pk:
            self.initial["seen"] = json.dumps(self._fingerprints(self.instance))

    @property
    def values(self) -> dict[str, Any]:
        """The fields that the person changed, as the actions take them; for a new record all."""
        left_alone = self.left_alone()
        return {name: value for name, value in self.cleaned_data.items() if name != "seen" and name not in left_alone}

    def left_alone(self) -> set[str]:
        """Fields that say what they said when the person got the form: another's change to them stays."""
        return {name for name, was in self._seen().items() if fingerprint(self.cleaned_data.get(name)) == was}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._check_together()
        return cleaned

    def _check_together(self) -> None:
        """Tell where this person and another changed the same field; sent once more, this person's words hold."""
        stored = type(self.instance)._base_manager.get(pk=self.instance.pk)
        now, seen = self._fingerprints(stored), self._seen()
        told = {}
        for name, was in seen.items():
            if name not in self.cleaned_data or now.get(name, was) == was:
                continue
            mine = fingerprint(self.cleaned_data[name])
            if mine not in (was, now[name]):
                told[name] = now[name]
                self.add_error(
                    name,
                    _("Somebody changed this while you were writing. It now says: “%(theirs)s”. Send once more to keep "
                      "your words instead.") % {"theirs": self._shown(stored, name)},
                )  # fmt: skip
        if told:
            # What was told here is known next time; what was left alone stays left alone.
            again: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # what was sent is a QueryDict
            again[self.add_prefix("seen")] = json.dumps(seen | told)
            self.data = again

    def _seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.cleaned_data.get("seen") or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _fingerprints(self, row: Model) -> dict[str, str]:
        """Field → a short fingerprint of its value."""
        return {name: fingerprint(_stored(row, name)) for name in self._meta.fields or ()}

    def _shown(self, row: Model, name: str) -> str:
        value, field = _stored(row, name), self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            rows = value if hasattr(value, "values_list") else [value] if value is not None else []
            text = ", ".join(str(field.label_from_instance(each)) for each in rows)
        else:
            text = str(getattr(row, f"get_{name}_display", lambda: value or "")())
        return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _stored(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.all() if row._meta.get_field(name).many_to_many else value


def fingerprint(value: Any) -> str:
    """The same for the same value, stored or typed: a browser's line ends and the order of rows do not count."""
    if hasattr(value, "values_list"):
        plain = ",".join(str(row.pk) for row in sorted(value, key=lambda row: row.pk))
    elif isinstance(value, Model):
        plain = str(value.pk)
    else:
        plain = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
