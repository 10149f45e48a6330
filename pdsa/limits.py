"""How much fits into a worksheet, and how soon nobody begins twice; forms, files and the database agree on it here."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import ngettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# About six pages: more than any worksheet found holds in one box, less than what makes a page slow.
LONGEST_TEXT = 20_000
LARGEST_FILE = 10 * 1024 * 1024
FILES_A_CYCLE = 20
ROWS_A_CYCLE = 200
LARGEST_SCALE = 100_000
# No key and no number of a worksheet has more digits, and the database takes none that are much longer.
LONGEST_KEY = 18
# Two beginnings of the same within this time are one, pressed twice.
DOUBLE_PRESS = dt.timedelta(minutes=1)


def whole_number(text: str) -> int | None:
    """The number that a text of a few digits is; None for every other text."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else None


def check_length(text: str) -> None:
    """Raise ``ValidationError`` that names both lengths when the text does not fit."""
    _fits(text)


def fits(longest: int) -> MaxLengthValidator:
    """A validator whose sentence names both lengths."""
    return MaxLengthValidator(
        longest,
        message=ngettext_lazy(
            "This text has %(show_value)d character; %(limit_value)d fit here. Keep the essence and attach the rest.",
            "This text has %(show_value)d characters; %(limit_value)d fit here. Keep the essence and attach the rest.",
            "show_value",
        ),
    )


_fits = fits(LONGEST_TEXT)


def long_text(label: str | _StrPromise, **options: Any) -> models.TextField[str, str]:
    """A text of several paragraphs, with its limit."""
    return models.TextField(label, validators=[_fits], **options)
