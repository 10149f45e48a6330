"""Asking for help, and naming what stands in the way."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common.changes import locked
from collab.models import User
from pdsa.actions.history import keep_revision
from pdsa.actions.recording import record
from pdsa.enums import BarrierCode, PdsaEvent
from pdsa.models import Barrier, Cycle
from pdsa.policies import check_write


@transaction.atomic
def ask_help(*, by: User, cycle: Cycle, words: str) -> None:
    """Say what help is wanted; asking again keeps the time of the first asking. Raises ``NotReadyError``."""
    cycle = locked(cycle)
    check_write(cycle)
    words = words.strip()
    if not words:
        raise ValidationError(_("Say in a sentence what you need help with."))
    if cycle.help_wanted == words:
        return
    cycle.help_wanted = words
    cycle.help_asked_at = cycle.help_asked_at or timezone.now()
    cycle.full_clean(exclude=["team", "created_by", "owner"])
    cycle.save(update_fields=["help_wanted", "help_asked_at"])
    keep_revision(by=by, cycle=cycle, event=PdsaEvent.HELP_ASKED, changed=["help_wanted"])


@transaction.atomic
def settle_help(*, by: User, cycle: Cycle) -> None:
    """Help came, or is not needed any more. Does nothing when none is asked for."""
    cycle = locked(cycle)
    if not cycle.help_wanted:
        return
    cycle.help_wanted, cycle.help_asked_at = "", None
    cycle.save(update_fields=["help_wanted", "help_asked_at"])
    keep_revision(by=by, cycle=cycle, event=PdsaEvent.HELP_SETTLED, changed=["help_wanted"])


@transaction.atomic
def name_barrier(*, by: User, cycle: Cycle, code: BarrierCode, note: str = "") -> Barrier:
    """Name what stands in the way. Naming the same again adds to its sentence. Raises ``NotReadyError``."""
    cycle = locked(cycle)
    check_write(cycle)
    standing = cycle.barriers.filter(code=code, settled_at__isnull=True).first()
    barrier: Barrier = standing or Barrier(cycle=cycle, code=code.value, named_by=by)
    if standing is not None and note.strip() in ("", standing.note):
        return standing
    barrier.note = note.strip()
    barrier.full_clean(exclude=["cycle", "named_by"])
    barrier.save()
    record(by, PdsaEvent.BARRIER_ADDED, cycle, barrier=barrier.code, note=barrier.note)
    return barrier


@transaction.atomic
def settle_barrier(*, by: User, cycle: Cycle, pk: int) -> None:
    """It is out of the way. Does nothing when it was already."""
    cycle = locked(cycle)
    barrier = cycle.barriers.filter(pk=pk, settled_at__isnull=True).first()
    if barrier is None:
        return
    barrier.settled_at = timezone.now()
    barrier.save(update_fields=["settled_at"])
    record(by, PdsaEvent.BARRIER_SETTLED, cycle, barrier=barrier.code, note=barrier.note)
