"""Inviting, sending, accepting: the rows, the mails and the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from collab.common.jobs import sweep_due
from collab.common.models import StaleMark
from collab.models import CenterAppointment, CollaborativeAppointment, User
from teams.actions.invitations import (
    InvitationGoneError,
    WrongAddressError,
    accept,
    accept_as_new_person,
    deliver,
    invite,
    resend,
    revoke,
)
from teams.addresses import Addressee
from teams.enums import InvitedRole, SubjectKind
from teams.models import AgencyAppointment, Invitation, TeamMembership
from teams.models.invitation import LIFETIME, hashed
from teams.queries.invitations import (
    InvitationState,
    invitation_for,
    open_invitations_for,
    state_of,
    waiting_invitations,
)
from tests.factories.collab import PASSWORD, UserFactory
from tests.factories.teams import InvitationFactory, TeamFactory, TeamMembershipFactory
from tests.worlds import World

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Events = Callable[[], list[dict[str, Any]]]
OnCommit = Callable[..., Any]
ANA = Addressee("ana@example.org", "Ana Rivera")


def test_inviting_writes_the_row_the_event_and_sends_one_mail(
    events: Events, django_capture_on_commit_callbacks: OnCommit, token_of_last_mail: Callable[[], str]
) -> None:
    coordinator = UserFactory(name="Cora Day")
    team = TeamFactory(name="Northside team")
    with django_capture_on_commit_callbacks(execute=True):
        [invitation] = invite(
            by=coordinator, subject=team, role=InvitedRole.TEAM_DATA_LEAD, people=[ANA], message="You know the data."
        )
    assert events() == [
        {
            "by": coordinator.pk,
            "event": "invited",
            "target": ("teams.invitation", invitation.pk),
            "scope": ("collab.collaborative", team.collaborative_id),
            "detail": {"email": "ana@example.org", "role": "team_data_lead"},
        }
    ]
    [letter] = mail.outbox
    assert letter.to == ["ana@example.org"]
    assert letter.subject == "Cora Day invites you to Northside team"
    assert "Hello Ana Rivera," in str(letter.body)
    assert "Your role: Data lead of a team" in str(letter.body)
    assert "You know the data." in str(letter.body)
    invitation.refresh_from_db()
    assert invitation.sent_at is not None
    assert invitation_for(token_of_last_mail()) == invitation
    assert StaleMark.objects.count() == 0


def test_no_token_is_stored_in_clear(
    django_capture_on_commit_callbacks: OnCommit, token_of_last_mail: Callable[[], str]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        [invitation] = invite(by=UserFactory(), subject=TeamFactory(), role=InvitedRole.TEAM_LEADER, people=[ANA])
    token = token_of_last_mail()
    [row] = Invitation.objects.filter(pk=invitation.pk).values()
    assert row["token_hash"] == hashed(token)
    assert [value for value in row.values() if token in str(value)] == []


def test_a_mail_that_was_not_sent_is_caught_up_by_the_sweep(django_capture_on_commit_callbacks: OnCommit) -> None:
    """The broker was down: what was to be sent on commit never ran."""
    with django_capture_on_commit_callbacks(execute=False):
        [invitation] = invite(by=UserFactory(), subject=TeamFactory(), role=InvitedRole.TEAM_LEADER, people=[ANA])
    assert mail.outbox == []
    assert [waiting.is_being_sent for waiting in waiting_invitations(invitation.subject)] == [True]
    assert sweep_due(timezone.now() + dt.timedelta(minutes=1)) == 1
    assert [letter.to for letter in mail.outbox] == [["ana@example.org"]]
    assert sweep_due(timezone.now() + dt.timedelta(minutes=2)) == 0


def test_a_mail_server_that_refuses_is_shown_and_tried_again(
    settings: Any, django_capture_on_commit_callbacks: OnCommit
) -> None:
    team = TeamFactory()
    with django_capture_on_commit_callbacks(execute=False):
        invite(by=UserFactory(), subject=team, role=InvitedRole.TEAM_LEADER, people=[ANA])
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert sweep_due(timezone.now() + dt.timedelta(minutes=1)) == 0
    assert [(w.mail_failed, w.invitation.sent_at) for w in waiting_invitations(team)] == [(True, None)]
    settings.EMAIL_BACKEND = working
    assert sweep_due(timezone.now() + dt.timedelta(minutes=5)) == 1
    assert [(w.mail_failed, w.invitation.sent_at is None) for w in waiting_invitations(team)] == [(False, False)]


@pytest.mark.parametrize("state", ["accepted", "revoked", "expired"])
def test_a_mail_is_not_sent_for_an_invitation_that_is_over(state: str) -> None:
    now = timezone.now()
    fields: dict[str, dict[str, Any]] = {
        "accepted": {"accepted_at": now, "accepted_by": UserFactory()},
        "revoked": {"revoked_at": now},
        "expired": {"expires_at": now - dt.timedelta(seconds=1)},
    }
    invitation = InvitationFactory(**fields[state])
    assert deliver(invitation_id=invitation.pk) is False
    assert mail.outbox == []


def test_each_mail_has_its_own_link_and_the_newest_works(token_of_last_mail: Callable[[], str]) -> None:
    invitation = InvitationFactory()
    deliver(invitation_id=invitation.pk)
    first = token_of_last_mail()
    deliver(invitation_id=invitation.pk)
    second = token_of_last_mail()
    assert invitation_for(first) is None
    assert invitation_for(second) == invitation


def test_a_line_break_in_a_name_adds_no_header() -> None:
    invitation = InvitationFactory(invited_by__name="Cora\nBcc: eve@example.org", team__name="North")
    assert deliver(invitation_id=invitation.pk) is True
    [letter] = mail.outbox
    assert (letter.subject, letter.recipients()) == (
        "Cora Bcc: eve@example.org invites you to North",
        [invitation.email],
    )


def test_all_are_invited_or_none(events: Events) -> None:
    team = TeamFactory()
    member = TeamMembershipFactory(team=team, user__email="mo@example.org", user__name="Mo")
    InvitationFactory(team=team, email="Waiting@example.org")
    UserFactory(email="off@example.org", is_active=False)
    people = [ANA, *(Addressee(email) for email in ("mo@example.org", "waiting@example.org", "off@example.org"))]
    with pytest.raises(ValidationError) as raised:
        invite(by=UserFactory(), subject=team, role=InvitedRole.TEAM_MEMBER, people=people)
    day = timezone.now().strftime("%a %-d %b")
    assert raised.value.messages == [
        "Mo (mo@example.org) is here already.",
        f"waiting@example.org was invited on {day} and has not answered yet. Send that invitation again instead.",
        "off@example.org belongs to an account that is switched off. Ask the site's administrators.",
    ]
    assert Invitation.objects.filter(email="ana@example.org").exists() is False
    assert events() == []
    assert member.is_current


def test_somebody_who_left_can_be_invited_again() -> None:
    gone = TeamMembershipFactory(ended_on=dt.date(2025, 1, 1))
    [invitation] = invite(
        by=UserFactory(), subject=gone.team, role=InvitedRole.TEAM_MEMBER, people=[Addressee(gone.user.email)]
    )
    accept(by=gone.user, invitation=invitation)
    assert gone.team.memberships.current().get().pk != gone.pk


@pytest.mark.parametrize("role", list(InvitedRole))
def test_accepting_gives_the_role_that_was_offered(world: World, events: Events, role: InvitedRole) -> None:
    subject = {
        SubjectKind.CENTER: world.center,
        SubjectKind.COLLABORATIVE: world.collaborative,
        SubjectKind.AGENCY: world.agency,
        SubjectKind.TEAM: world.team,
    }[role.subject_kind]
    inviter, person = world.users["coordinator"], world.users["stranger"]
    [invitation] = invite(by=inviter, subject=subject, role=role, people=[Addressee(person.email)])
    accept(by=person, invitation=invitation)
    rows = {
        SubjectKind.CENTER: CenterAppointment,
        SubjectKind.COLLABORATIVE: CollaborativeAppointment,
        SubjectKind.AGENCY: AgencyAppointment,
        SubjectKind.TEAM: TeamMembership,
    }
    held = [(row, each.role) for row in rows.values() for each in row.objects.current().filter(user=person)]
    assert held == [(rows[role.subject_kind], role.leads_to)]
    accepted, given = events()[-2:]
    scope = {
        SubjectKind.CENTER: ("collab.center", world.center.pk),
        SubjectKind.AGENCY: ("collab.center", world.center.pk),
        SubjectKind.COLLABORATIVE: ("collab.collaborative", world.collaborative.pk),
        SubjectKind.TEAM: ("collab.collaborative", world.collaborative.pk),
    }[role.subject_kind]
    assert accepted == {
        "by": person.pk,
        "event": "invitation_accepted",
        "target": ("teams.invitation", invitation.pk),
        "scope": scope,
        "detail": {"email": person.email, "role": role.value},
    }
    assert (given["by"], given["scope"], given["detail"]) == (
        inviter.pk,
        scope,
        {"name": str(person), "role": role.leads_to.value},
    )


def test_accepting_a_role_that_one_holds_by_now_keeps_one_row() -> None:
    invitation = InvitationFactory(email="mo@example.org")
    membership = TeamMembershipFactory(team=invitation.team, user__email="mo@example.org")
    accept(by=membership.user, invitation=invitation)
    assert list(invitation.team.memberships.all()) == [membership]


def test_an_invitation_is_accepted_once() -> None:
    invitation = InvitationFactory(email="ana@example.org")
    ana = UserFactory(email="ana@example.org")
    accept(by=ana, invitation=invitation)
    with pytest.raises(InvitationGoneError):
        accept(by=ana, invitation=invitation)
    with pytest.raises(InvitationGoneError):
        accept_as_new_person(invitation=invitation, name="Eve", password=PASSWORD)
    assert invitation.team.memberships.count() == 1


def test_an_invitation_runs_out_and_lives_again_when_sent_again(events: Events) -> None:
    invitation = InvitationFactory(email="ana@example.org")
    ana, coordinator = UserFactory(email="ana@example.org"), UserFactory()
    with time_machine.travel(timezone.now() + LIFETIME + dt.timedelta(seconds=1), tick=False):
        with pytest.raises(InvitationGoneError):
            accept(by=ana, invitation=invitation)
        resend(by=coordinator, invitation=invitation)
        assert events() == [
            {
                "by": coordinator.pk,
                "event": "invitation_resent",
                "target": ("teams.invitation", invitation.pk),
                "scope": ("collab.collaborative", invitation.team.collaborative_id),
                "detail": {"email": "ana@example.org"},
            }
        ]
        accept(by=ana, invitation=invitation)
    assert invitation.team.memberships.count() == 1


def test_taking_back_stops_the_invitation(events: Events) -> None:
    invitation = InvitationFactory(email="ana@example.org")
    coordinator = UserFactory()
    revoke(by=coordinator, invitation=invitation)
    revoke(by=coordinator, invitation=invitation)
    assert events() == [
        {
            "by": coordinator.pk,
            "event": "invitation_revoked",
            "target": ("teams.invitation", invitation.pk),
            "scope": ("collab.collaborative", invitation.team.collaborative_id),
            "detail": {"email": "ana@example.org"},
        }
    ]
    with pytest.raises(InvitationGoneError):
        accept_as_new_person(invitation=invitation, name="Ana", password=PASSWORD)
    with pytest.raises(ValidationError, match="was taken back"):
        resend(by=coordinator, invitation=invitation)
    # The place is free for a new one.
    invite(by=coordinator, subject=invitation.team, role=InvitedRole.TEAM_MEMBER, people=[ANA])


def test_an_accepted_invitation_is_neither_sent_again_nor_taken_back() -> None:
    ana = UserFactory(email="ana@example.org")
    invitation = InvitationFactory(email="ana@example.org")
    accept(by=ana, invitation=invitation)
    with pytest.raises(ValidationError, match="has accepted already"):
        resend(by=UserFactory(), invitation=invitation)
    with pytest.raises(ValidationError, match="End the role instead"):
        revoke(by=UserFactory(), invitation=invitation)


def test_only_the_owner_of_the_address_accepts() -> None:
    invitation = InvitationFactory(email="ana@example.org")
    unverified = UserFactory(email="ana@example.org", verified=False)
    EmailAddress.objects.create(user=unverified, email="ana@example.org", verified=False, primary=True)
    for person in (UserFactory(email="eve@example.org"), unverified):
        with pytest.raises(WrongAddressError):
            accept(by=person, invitation=invitation)
    assert TeamMembership.objects.count() == 0
    assert open_invitations_for(unverified) == []


def test_capitals_in_an_address_do_not_matter() -> None:
    invitation = InvitationFactory(email="Ana.Rivera@Example.org")
    ana = UserFactory(email="ana.rivera@example.org")
    assert open_invitations_for(ana) == [invitation]
    accept(by=ana, invitation=invitation)
    assert invitation.team.memberships.get().user == ana


def test_a_second_verified_address_counts() -> None:
    invitation = InvitationFactory(email="ana@work.example.org")
    ana = UserFactory(email="ana@home.example.org")
    EmailAddress.objects.create(user=ana, email="ana@work.example.org", verified=True)
    accept(by=ana, invitation=invitation)
    assert invitation.team.memberships.get().user == ana
    with pytest.raises(ValidationError, match="has an account"):
        accept_as_new_person(invitation=InvitationFactory(email="ANA@work.example.org"), name="Ana", password=PASSWORD)


def test_a_new_person_gets_a_verified_account_with_the_role() -> None:
    invitation = InvitationFactory(email="Ana@Example.org", role=InvitedRole.TEAM_PEER)
    user = accept_as_new_person(invitation=invitation, name="Ana Rivera", password=PASSWORD)
    assert (user.email, user.name, user.is_staff, user.is_superuser) == ("ana@example.org", "Ana Rivera", False, False)
    assert user.check_password(PASSWORD)
    assert list(EmailAddress.objects.values_list("user_id", "email", "verified", "primary"))[-1] == (
        user.pk,
        "ana@example.org",
        True,
        True,
    )
    assert [(held.team, held.role) for held in user.team_memberships.current()] == [(invitation.team, "peer")]


def test_a_weak_password_makes_no_account_and_keeps_the_invitation() -> None:
    invitation = InvitationFactory(email="ana@example.org")
    with pytest.raises(ValidationError):
        accept_as_new_person(invitation=invitation, name="Ana", password="short")
    assert User.objects.filter(email="ana@example.org").exists() is False
    invitation.refresh_from_db()
    assert state_of(invitation) is InvitationState.OPEN


def test_the_database_refuses_a_second_waiting_invitation() -> None:
    invitation = InvitationFactory(email="ana@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(email="ANA@example.org", team=invitation.team, role=invitation.role)
    InvitationFactory(email="ana@example.org")
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=timezone.now())
    InvitationFactory(email="ana@example.org", team=invitation.team, role=invitation.role)


def test_the_database_refuses_what_is_both_accepted_and_taken_back() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(accepted_at=timezone.now(), accepted_by=UserFactory(), revoked_at=timezone.now())


def test_words_of_the_invitation_queryset() -> None:
    now = timezone.now()
    waiting = InvitationFactory(email="Ana@example.org")
    run_out = InvitationFactory(expires_at=now - dt.timedelta(days=1))
    accepted = InvitationFactory(accepted_at=now, accepted_by=UserFactory())
    revoked = InvitationFactory(revoked_at=now)
    everything = Invitation.objects.all()
    assert set(everything.open()) == {waiting}
    assert set(everything.waiting()) == {waiting, run_out}
    assert set(everything.for_subject(accepted.team)) == {accepted}
    assert set(everything.for_subject(revoked.team.collaborative)) == set()
    assert set(everything.addressed_to(["ANA@example.org"])) == {waiting}


def test_the_list_of_the_waiting_costs_the_same_for_one_and_three(django_assert_num_queries: Any) -> None:
    team = TeamFactory()
    InvitationFactory(team=team)
    with django_assert_num_queries(2):
        assert len(waiting_invitations(team)) == 1
    InvitationFactory.create_batch(2, team=team)
    with django_assert_num_queries(2):
        assert len(waiting_invitations(team)) == 3
