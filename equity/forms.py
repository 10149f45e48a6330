"""The form for a dimension and its groups."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from collab.common.names import first_free
from collab.forms.measures import MeasureChoices
from collab.models import Collaborative, Measure
from equity.library import ALWAYS, Group, ReadyList
from equity.models import Stratifier

MOST_GROUPS = 30


class StratifierForm(forms.Form):
    """A dimension: its name, its groups one a line, and the measures it is asked for with."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What the groups are groups of, such as “Preferred language”.")
    )
    groups = forms.CharField(
        label=_("Groups"),
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_(
            "One group a line, in the order in which teams see them. “Unknown” and “Declined to answer” are always "
            "added, each of its own. Fewer groups give larger counts, which can be shown."
        ),
    )
    overlapping = forms.BooleanField(
        label=_("People can be in several groups"),
        required=False,
        help_text=_("Tick it where people tick all that apply: the groups then do not add up to the total."),
    )
    measures = MeasureChoices(
        label=_("Asked for with"),
        queryset=Measure.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Every measure you tick adds a row for each group to the month. Begin with the one that matters most."
        ),
        error_messages={"required": _("Choose at least one measure.")},
    )

    def __init__(
        self,
        *args: Any,
        collaborative: Collaborative,
        stratifier: Stratifier | None = None,
        ready: ReadyList | None = None,
        is_used: bool = False,
        **kwargs: Any,
    ) -> None:
        self.collaborative = collaborative
        known = _known(stratifier, ready)
        self.codes = {name: code for code, name in known.items()}
        initial: dict[str, Any] = {"groups": "\n".join(self.codes)}
        if stratifier is not None:
            initial |= {
                "name": stratifier.name,
                "overlapping": stratifier.overlapping,
                "measures": [measure.pk for measure in stratifier.measures.all()],
            }
        elif ready is not None:
            initial |= {"name": ready.name, "overlapping": ready.overlapping}
        super().__init__(*args, **{"initial": initial, **kwargs})
        measures = self.fields["measures"]
        assert isinstance(measures, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        measures.queryset = collaborative.measures.in_use().with_versions()
        if is_used:
            for name in ("groups", "overlapping"):
                self.fields[name].disabled = True
            self.fields["groups"].help_text = _(
                "Teams have reported by these groups, so they stay as they are. For other groups, retire this list and "
                "add a new one."
            )

    def clean_groups(self) -> list[Group]:
        names = [line.strip() for line in self.cleaned_data["groups"].splitlines() if line.strip()]
        always = {str(group.name).lower() for group in ALWAYS}
        names = [name for name in names if name.lower() not in always]
        if not names:
            raise ValidationError(_("Name at least one group."))
        if len(names) > MOST_GROUPS:
            raise ValidationError(_("Name at most %(most)s groups.") % {"most": MOST_GROUPS})
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValidationError(_("“%(name)s” is there twice.") % {"name": twice[0]})
        too_long = next((name for name in names if len(name) > 120), None)
        if too_long:
            raise ValidationError(_("“%(name)s…” is too long: use at most 120 characters.") % {"name": too_long[:40]})
        return self._with_codes(names)

    def _with_codes(self, names: list[str]) -> list[Group]:
        """A known name keeps its code; a new one gets a code made from it that no other group has."""
        kept = {self.codes[name] for name in names if name in self.codes}
        taken = kept | {group.code for group in ALWAYS}
        groups = []
        for name in names:
            code = self.codes.get(name) or first_free(_code_from(name), taken, separator="_")
            taken.add(code)
            groups.append(Group(code, name))
        return groups

    def free_code(self, ready: ReadyList | None) -> str:
        """A code for a new dimension: the ready list's, or one made from the name, that is still free."""
        taken = set(self.collaborative.stratifiers.values_list("code", flat=True))
        return first_free(ready.code if ready else _code_from(self.cleaned_data["name"]), taken, separator="_")


def _known(stratifier: Stratifier | None, ready: ReadyList | None) -> dict[str, str]:
    """Code → name of the groups there are, without those that are always there."""
    if stratifier is not None:
        always = {group.code for group in ALWAYS}
        return {stratum.code: stratum.name for stratum in stratifier.strata.all() if stratum.code not in always}
    return {group.code: str(group.name) for group in ready.groups} if ready else {}


def _code_from(name: str) -> str:
    words = slugify(re.sub("[–—/]", " ", name)).replace("-", "_")[:34].strip("_")
    return words if words[:1].isalpha() else f"group_{words}".rstrip("_")
