"""Mails about what happens in the site: written with the change, sent by a job, each kind easy to switch off.

Rooms name their kinds in a subclass of ``LetterKinds`` and call ``write`` inside their transaction. A letter holds no
figures and nothing that was typed about the work: it says who did what, and its link leads to the page, behind the
sign-in. What people must get to use their account (invitations, sign-in) is no letter and can not be switched off.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from collab.common.enums import DescribedChoices
from collab.common.jobs import mark_stale, send_after_commit
from collab.common.models import Letter, MutedLetters

SEND = "common.send_letter"
_SALT = "collab.common.letters"


class LetterKinds(DescribedChoices):
    """The base of every room's kinds of letters. The description says when one comes."""

    @staticmethod
    def every() -> list[DescribedChoices]:
        """All kinds of all rooms, in the order of their labels."""
        found = [kind for room in LetterKinds.__subclasses__() for kind in room]
        return sorted(found, key=lambda kind: str(kind.label))

    @staticmethod
    def label_of(kind: str) -> str | Promise:
        return next((known.label for known in LetterKinds.every() if known.value == kind), kind)


def write(
    *, to: Iterable[Any], kind: LetterKinds, subject: str, text: str, path: str, key: str, by: Any = None
) -> list[Letter]:
    """Write a letter to each active person who wants this kind; never to ``by``, who knows already.

    ``path`` is the address within the site, ``key`` what the letter tells of: a person gets each key once. Call inside
    the transaction of the change; the mail goes out once that holds.
    """
    people = {user.pk: user for user in to if user.is_active and (by is None or user.pk != by.pk)}
    muted = set(MutedLetters.objects.filter(user__in=people, kind=kind.value).values_list("user_id", flat=True))
    written = []
    for pk, user in people.items():
        if pk in muted:
            continue
        letter, is_new = Letter.objects.get_or_create(
            to=user, key=key, defaults={"kind": kind.value, "subject": subject[:200], "text": text, "path": path}
        )
        if is_new:
            mark_stale(SEND, str(letter.pk))
            written.append(letter)
    for letter in written:
        _send_soon(letter.pk)
    return written


def _send_soon(pk: int) -> None:
    send_after_commit(lambda: current_app.signature("collab.common.tasks.catch_up", args=[SEND, str(pk)]).delay())


def deliver(letter_id: int) -> bool:
    """Send the letter if it waits and its reader still wants it. Returns whether it was sent."""
    letter = Letter.objects.waiting().select_related("to").filter(pk=letter_id).first()
    if letter is None or not letter.to.is_active:
        return False
    if MutedLetters.objects.filter(user=letter.to, kind=letter.kind).exists():
        return False
    off = settings.BASE_URL + reverse("letters_off", args=[switch_token(letter.to, letter.kind)])
    EmailMessage(
        subject=" ".join(letter.subject.split()),
        body=render_to_string(
            "collab/mail/letter.txt",
            {
                "letter": letter,
                "link": settings.BASE_URL + letter.path,
                "why": LetterKinds.label_of(letter.kind),
                "off": off,
            },
        ),
        to=[letter.to.email],
        headers={"List-Unsubscribe": f"<{off}>"},
    ).send()
    Letter.objects.filter(pk=letter_id).update(sent_at=timezone.now())
    return True


def switch_token(user: Any, kind: str) -> str:
    """What the link in a mail carries to switch its kind off without signing in."""
    return signing.dumps([user.pk, kind], salt=_SALT)


def read_switch_token(token: str) -> tuple[int, str]:
    """Person and kind of a link. Raises ``signing.BadSignature`` when the link is not ours."""
    pk, kind = signing.loads(token, salt=_SALT)
    return pk, kind


@transaction.atomic
def switch(*, user: Any, kind: str, on: bool) -> None:
    """Switch a kind of letter on or off for a person."""
    if on:
        MutedLetters.objects.filter(user=user, kind=kind).delete()
    else:
        MutedLetters.objects.get_or_create(user=user, kind=kind)
