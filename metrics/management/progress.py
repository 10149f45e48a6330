"""What the commands of this room share: finding the collaborative, and a line that says how far they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandError

from collab.common.formatting import month_name
from collab.models import Collaborative


def find_collaborative(slug: str) -> Collaborative:
    """The collaborative, with its center. Raises ``CommandError`` naming those that there are."""
    found = Collaborative.objects.select_related("center").filter(slug=slug).first()
    if found is None:
        slugs = ", ".join(Collaborative.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise CommandError(f"There is no collaborative “{slug}”. There are: {slugs or 'none yet'}.")
    return found


class Progress:
    """One line that is written over; where the output is not a terminal, nothing but the end is written."""

    def __init__(self, output: Any) -> None:
        self.output = output
        self.width = 0

    def show(self, text: str) -> None:
        if self.output.isatty():
            self.output.write(f"\r{text:<{self.width}}", ending="")
            self.output.flush()
            self.width = len(text)

    def months(self, done: int, total: int, month: dt.date) -> None:
        self.show(f"Computing {month_name(month)}: {done:,} of {total:,} months")

    def end(self) -> None:
        if self.width:
            self.output.write("")
