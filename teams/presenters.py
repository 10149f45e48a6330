"""Words and addresses for pages about people and requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from collab.models import Center, Collaborative
from teams.enums import Answer
from teams.models import Agency, LeaderRequest, Team
from teams.queries.invitations import Subject
from teams.rules import answer_requests


def address_of_people(subject: Subject) -> str:
    """Where the people of a center, collaborative, agency or team are listed."""
    if isinstance(subject, Team):
        return reverse("team_people", args=[subject.collaborative.slug, subject.slug])
    if isinstance(subject, Agency):
        return reverse("agency_people", args=[subject.pk])
    if isinstance(subject, Collaborative):
        return reverse("collaborative_people", args=[subject.slug])
    return reverse("center_people", args=[subject.slug])


def people_crumbs(subject: Subject) -> list[tuple[str, str]]:
    """Title and address of the pages above a page about one of ``subject``'s people."""
    if isinstance(subject, Team):
        collaborative = subject.collaborative
        return [(collaborative.name, collaborative.get_absolute_url()), (subject.name, subject.get_absolute_url())]
    if isinstance(subject, Agency):
        return [*_center_crumbs(subject.center), (subject.name, subject.get_absolute_url())]
    if isinstance(subject, Collaborative):
        return [(subject.name, subject.get_absolute_url())]
    return _center_crumbs(subject)


def _center_crumbs(center: Center) -> list[tuple[str, str]]:
    return [(center.name, reverse("center", args=[center.slug]))]


def start_page(subject: Subject) -> str:
    """Where somebody begins who has just got a role in ``subject``."""
    if isinstance(subject, Center):
        return reverse("center", args=[subject.slug])
    return subject.get_absolute_url()


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request as one viewer sees it."""

    request: LeaderRequest
    may_answer: bool

    @property
    def answer(self) -> Answer | None:
        return Answer(self.request.answer) if self.request.answer else None

    @property
    def answer_url(self) -> str:
        team = self.request.team
        return reverse("request_answer", args=[team.collaborative.slug, team.slug, self.request.pk])


def show_requests(requests: Iterable[LeaderRequest], viewer: Any) -> list[ShownRequest]:
    """Requests (with ``team__collaborative`` at hand) ready for ``teams/_requests.html``."""
    return [ShownRequest(each, answer_requests.check(viewer, each.team)) for each in requests]
