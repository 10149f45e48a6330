"""The words of the audit trail of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from collab.common.enums import EventChoices


class EquityEvent(EventChoices):
    """What the audit trail calls the things that happen to stratifiers."""

    STRATIFIER_ADDED = "stratifier_added", _("Groups to look at added")
    STRATIFIER_CHANGED = "stratifier_changed", _("Groups to look at changed")
    STRATIFIER_RETIRED = "stratifier_retired", _("Groups to look at retired")
    STRATIFIER_RETURNED = "stratifier_returned", _("Groups to look at brought back")
