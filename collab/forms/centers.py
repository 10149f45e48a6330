"""Forms for centers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from collab.common.names import first_free
from collab.models import Center


class SlugFromName(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A form whose short name may be left empty: it is then made from the name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].required = False
        self.fields["slug"].label = _("Short name in addresses")
        self.fields["slug"].help_text = _(
            "Small letters, digits and hyphens. Left empty, it is made from the name. It can not be changed later."
        )
        self.fields["slug"].error_messages |= {
            "invalid": _("Write small letters, digits and hyphens, without spaces."),
            "unique": _("This short name is taken. Choose another."),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "slug" in self.fields and not cleaned.get("slug") and "slug" not in self.errors and cleaned.get("name"):
            self._check_name(cleaned["name"])
            cleaned["slug"] = free_slug(self._meta.model, cleaned["name"])
        return cleaned

    def _check_name(self, name: str) -> None:
        """A second one of the same name, without a short name of its own, is a form that was sent twice."""
        if self._meta.model._default_manager.filter(name__iexact=name).exists():
            words = _("There is one with this name already. If you want another, give it a short name of its own.")
            raise ValidationError({"slug": words})


def free_slug(model: type[models.Model], name: str) -> str:
    """A short name made from ``name`` that no row of ``model`` has."""
    base = slugify(name)[:50].strip("-") or "c"
    return first_free(base, set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True)))


class CenterForm(SlugFromName):
    """A new center."""

    class Meta:
        model = Center
        fields = ("name", "slug")
        help_texts = {"name": _("The organization that hosts collaboratives, as people call it.")}


class CenterNameForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The name of a center."""

    class Meta:
        model = Center
        fields = ("name",)
