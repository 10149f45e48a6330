"""One deed that is asked for: done and said, or refused where it was asked for, with everything that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError

from collab.common.views import SignedInRequest
from pdsa.policies import NotReadyError, sentence_of


def was_done(
    request: SignedInRequest, form: forms.Form | forms.ModelForm[Any], deed: Callable[[], Any], said: str
) -> Any:
    """What ``deed`` gave, or True where it gives nothing; None where nothing was sent or it can not be done.

    ``deed`` is called once the form is valid, and may read its ``cleaned_data``.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made = deed()
    except (NotReadyError, ValidationError) as error:
        form.add_error(None, sentence_of(error))
        return None
    messages.success(request, said)
    return made or True


def was_carried_out(request: SignedInRequest, deed: Callable[[], Any], said: str) -> Any:
    """The same for a button, which has no form to be refused in: the page that follows says why it can not be done."""
    try:
        made = deed()
    except (NotReadyError, ValidationError) as error:
        messages.error(request, sentence_of(error))
        return None
    messages.success(request, said)
    return made or True
