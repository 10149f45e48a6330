"""Writing about a number, and looking for what was written."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from collab.models import Collaborative
from metrics.enums import QueryStatus
from metrics.models import Query
from metrics.models.query import LONGEST_MESSAGE

QUESTION, COMMENT = "question", "comment"
SHORTEST = 3


class MessageForm(forms.Form):
    """One message of a thread."""

    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("No names of clients, and nothing by which one could be recognized."),
        min_length=SHORTEST,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a few words first.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class RaiseForm(MessageForm):
    """The first message, and whether it waits for an answer."""

    wants = forms.ChoiceField(
        label=_("What is it?"),
        choices=[
            (QUESTION, _("A question: it waits for an answer, and a mail goes out")),
            (COMMENT, _("A comment: it stands beside the number and waits for nobody")),
        ],
        initial=QUESTION,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What do you want to know or say?")

    @property
    def wants_answer(self) -> bool:
        return bool(self.cleaned_data["wants"] == QUESTION)


class QueryFilterForm(forms.Form):
    """What the list of questions is narrowed to; empty is everything."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    measure = forms.ChoiceField(label=_("Measure"), required=False)

    def __init__(self, data: Any, *, collaborative: Collaborative) -> None:
        super().__init__(data)
        every = [("", _("All"))]
        self.fields["status"].choices = [*every, *QueryStatus.choices]  # type: ignore[attr-defined]  # a choice
        self.fields["team"].choices = [  # type: ignore[attr-defined]  # a choice
            *every,
            # A team of which nobody asked anything would find nothing.
            *collaborative.teams.filter(pk__in=Query.objects.order_by().values("team"))
            .order_by("name", "pk")
            .values_list("slug", "name"),
        ]
        self.fields["measure"].choices = [  # type: ignore[attr-defined]  # a choice
            *every,
            *((measure.code, measure.latest.name) for measure in collaborative.measures.with_versions()),
        ]

    def narrow(self, queries: Any) -> Any:
        """The threads that fit; a value that is none of the choices narrows nothing."""
        self.is_valid()
        for name, lookup in (("status", "status"), ("team", "team__slug"), ("measure", "measure__code")):
            if value := self.cleaned_data.get(name):
                queries = queries.filter(**{lookup: value})
        return queries
