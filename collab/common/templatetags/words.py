"""The formatting of ``collab.common.formatting`` for templates: ``{{ month|month_name }}``, ``{{ date|day }}``."""

from __future__ import annotations

import secrets
from typing import Any

from django import template
from django.contrib.messages import constants

from collab.common import formatting
from collab.common.enums import Tone

register = template.Library()

register.filter("month_name", formatting.month_name)
register.filter("month_short", formatting.month_short)
register.filter("period_name", lambda month, collaborative: formatting.period_name(month, step=collaborative.step))
register.filter("period_short", lambda month, collaborative: formatting.period_short(month, step=collaborative.step))
register.filter("period_bare", lambda month, collaborative: formatting.period_bare(month, step=collaborative.step))
register.filter("day", formatting.day)
register.filter("seconds", formatting.seconds)
register.filter("moment", formatting.moment)

MESSAGE_TONES = {
    constants.SUCCESS: Tone.GOOD,
    constants.WARNING: Tone.ATTENTION,
    constants.ERROR: Tone.PROBLEM,
}


@register.filter
def message_tone(message: Any) -> Tone:
    """The tone of a message from ``django.contrib.messages``."""
    return MESSAGE_TONES.get(message.level, Tone.INFO)


@register.filter
def error_anchor(field: Any) -> str:
    """The id that a link in the error summary jumps to: the input, or the first choice of a group."""
    if not field.id_for_label and field.auto_id:
        return f"{field.auto_id}_0"
    return str(field.id_for_label)


@register.simple_tag
def unique_id(prefix: str) -> str:
    """An id for an element that may stand on a page several times, also in parts that are fetched later."""
    return f"{prefix}-{secrets.token_hex(4)}"
