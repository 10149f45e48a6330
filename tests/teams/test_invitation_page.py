"""The page behind the link in the mail."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from collab.models import User
from teams.actions.invitations import InvitationGoneError, accept
from teams.enums import InvitedRole
from teams.models import Invitation, TeamMembership
from teams.queries.invitations import SECOND_CLICK
from tests.factories.collab import PASSWORD, CenterFactory, UserFactory
from tests.factories.teams import InvitationFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/invitations/secret/"
NEW = {"name": "Ana Rivera", "password": PASSWORD}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_somebody_without_an_account_makes_one_and_is_inside(client: Client) -> None:
    invitation = InvitationFactory(token="secret", email="Ana@example.org", invited_by__name="Cora Day")
    page = client.get(URL)
    assert page.status_code == 200
    assert f"Cora Day invites you to {invitation.team.name}" in page.content.decode()
    response = client.post(URL, NEW)
    assert (response.status_code, response.url) == (302, invitation.team.get_absolute_url())
    ana = User.objects.get(email="ana@example.org")
    assert client.session["_auth_user_id"] == str(ana.pk)
    assert [held.team for held in ana.team_memberships.current()] == [invitation.team]
    assert client.get(reverse("profile")).status_code == 200


def test_the_second_of_two_clicks_goes_where_the_first_one_went() -> None:
    invitation = InvitationFactory(token="secret", email="ana@example.org")
    # A browser drops the answer to the first click, and with it the session's cookie.
    assert Client().post(URL, NEW).status_code == 302
    second = Client()
    response = second.post(URL, NEW)
    assert (response.status_code, response.url) == (302, invitation.team.get_absolute_url())
    ana = User.objects.get(email="ana@example.org")
    assert second.session["_auth_user_id"] == str(ana.pk)
    # With the session it is the same, and nobody has a second role.
    assert second.post(URL).url == invitation.team.get_absolute_url()
    assert invitation.team.memberships.count() == 1


def test_a_used_link_opens_nothing_for_anybody_else_or_later(client: Client) -> None:
    invitation = InvitationFactory(token="secret", email="ana@example.org")
    assert Client().post(URL, NEW).status_code == 302
    wrong = {**NEW, "password": "another long password"}
    eve = signed_in(UserFactory(email="eve@example.org"))
    answers = [client.post(URL, wrong), client.get(URL), client.post(URL), eve.post(URL)]
    Invitation.objects.update(accepted_at=timezone.now() - SECOND_CLICK)
    answers.append(client.post(URL, NEW))
    for answer in answers:
        assert answer.status_code == 404
        assert "It was accepted already. If that was you, sign in" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert invitation.team.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_both_let_in() -> None:
    invitation = InvitationFactory(token="secret", email="ana@example.org")
    barrier, statuses = threading.Barrier(2, timeout=10), []

    def click() -> None:
        try:
            barrier.wait()
            statuses.append(Client().post(URL, NEW).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _click in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert statuses == [302, 302]
    assert invitation.team.memberships.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "password": PASSWORD}, "This field is required."),
        ({"name": "Ana", "password": "short"}, "This password is too short."),
        ({"name": "Ana", "password": "ana@example.org"}, "The password is too similar to the e-mail address."),
        ({"name": "Ana", "password": "1234567890123"}, "This password is entirely numeric."),
    ],
)
def test_what_is_typed_wrong_is_told_and_the_invitation_stays(
    client: Client, data: dict[str, str], sentence: str
) -> None:
    invitation = InvitationFactory(token="secret", email="ana@example.org")
    response = client.post(URL, data)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert User.objects.filter(email="ana@example.org").exists() is False
    assert Invitation.objects.open().get() == invitation


def test_the_address_can_not_be_changed_by_who_accepts(client: Client) -> None:
    InvitationFactory(token="secret", email="ana@example.org", role=InvitedRole.TEAM_PEER)
    client.post(URL, {**NEW, "email": "eve@example.org", "role": "team_leader", "is_superuser": "on"})
    assert User.objects.filter(email="eve@example.org").exists() is False
    ana = User.objects.get(email="ana@example.org")
    assert (ana.is_superuser, [held.role for held in ana.team_memberships.all()]) == (False, ["peer"])


def test_somebody_with_an_account_is_sent_to_sign_in_and_back(client: Client) -> None:
    ana = UserFactory(email="ana@example.org")
    InvitationFactory(token="secret", email="Ana@Example.org")
    assert f"{reverse('account_login')}?next=/invitations/secret/" in client.get(URL).content.decode()
    # A form sent all the same makes no second account.
    assert "has an account" in client.post(URL, NEW).content.decode()
    response = client.post(
        f"{reverse('account_login')}?next={URL}", {"login": "ana@example.org", "password": PASSWORD, "next": URL}
    )
    assert (response.status_code, response.url) == (302, URL)
    assert client.post(URL).status_code == 302
    assert [held.user for held in TeamMembership.objects.all()] == [ana]


def test_somebody_elses_session_does_not_accept() -> None:
    eve = UserFactory(email="eve@example.org")
    InvitationFactory(token="secret", email="ana@example.org")
    for response in (signed_in(eve).get(URL), signed_in(eve).post(URL, NEW)):
        assert response.status_code == 200
        assert "This invitation is for another address" in response.content.decode()
        assert reverse("account_logout") in response.content.decode()
    assert TeamMembership.objects.count() == 0


def test_a_coordinator_to_be_accepts_and_then_sets_up_the_second_step(client: Client) -> None:
    center = CenterFactory()
    InvitationFactory(token="secret", email="ana@example.org", role=InvitedRole.COORDINATOR, team=None, center=center)
    assert client.post(URL, NEW).url == reverse("center", args=[center.slug])
    assert client.get(reverse("center", args=[center.slug])).url == reverse("mfa_index")


def test_every_dead_link_has_the_same_status_and_says_what_to_do(
    client: Client, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    InvitationFactory(token="used", accepted_at=now, accepted_by=UserFactory())
    InvitationFactory(token="taken-back", revoked_at=now)
    InvitationFactory(token="run-out", expires_at=now - dt.timedelta(days=1), invited_by__name="Cora Day")
    sentences = {
        "used": "It was accepted already.",
        "taken-back": "It was taken back.",
        "run-out": "Ask Cora Day to send it again",
        "unknown": "a newer mail has replaced it",
    }
    for token, sentence in sentences.items():
        for method in (client.get, client.post):
            with django_assert_num_queries(1):
                response = method(f"/invitations/{token}/")
            assert response.status_code == 404
            assert sentence in response.content.decode()
            assert response.headers["Referrer-Policy"] == "strict-origin"
    assert TeamMembership.objects.count() == 0


def test_the_link_leaks_neither_by_referrer_nor_by_cache(client: Client) -> None:
    InvitationFactory(token="secret")
    response = client.get(URL)
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response.headers["Cache-Control"]
    assert 'src="http' not in response.content.decode()


def test_guessing_is_limited_and_the_page_is_ours(client: Client) -> None:
    for number in range(30):
        assert client.get(f"/invitations/guess-{number}/").status_code == 404
    response = client.get("/invitations/guess/")
    assert response.status_code == 429
    assert "That was too often" in response.content.decode()


def test_a_signed_in_person_accepts_from_their_own_page() -> None:
    ana = UserFactory(email="ana@example.org")
    invitation = InvitationFactory(email="ana@example.org")
    client = signed_in(ana)
    assert invitation.get_role_display() in client.get(reverse("profile")).content.decode()
    assert client.get("/").content.decode().count("Invitation: Member of a team") > 0
    url = reverse("invitation_accept_mine", args=[invitation.pk])
    assert signed_in(UserFactory()).post(url).status_code == 404
    assert client.get(url).status_code == 405
    assert client.post(url).url == invitation.team.get_absolute_url()
    # A second click goes where the first one went.
    assert client.post(url).url == invitation.team.get_absolute_url()
    assert signed_in(UserFactory()).post(url).status_code == 404
    assert invitation.team.memberships.count() == 1


@pytest.mark.parametrize(("name", "left"), [("invitation_resend", 1), ("invitation_revoke", 0)])
def test_only_who_may_invite_sends_again_or_takes_back(name: str, left: int) -> None:
    invitation = InvitationFactory()
    leader = TeamMembershipFactory(team=invitation.team, role="leader").user
    member = TeamMembershipFactory(team=invitation.team).user
    elsewhere = TeamMembershipFactory(role="leader").user
    url = reverse(name, args=[invitation.pk])
    for person in (member, elsewhere):
        assert signed_in(person).post(url).status_code == 404
    assert Invitation.objects.waiting().count() == 1
    assert signed_in(leader).get(url).status_code == 405
    response = signed_in(leader).post(url)
    assert response.url == reverse("team_people", args=[invitation.team.collaborative.slug, invitation.team.slug])
    assert Invitation.objects.waiting().count() == left


@pytest.mark.django_db(transaction=True)
def test_of_two_acceptances_at_once_one_is_done() -> None:
    ana = UserFactory(email="ana@example.org")
    invitation = InvitationFactory(email="ana@example.org")
    barrier, outcomes = threading.Barrier(2, timeout=10), []

    def click() -> None:
        try:
            barrier.wait()
            accept(by=User.objects.get(pk=ana.pk), invitation=Invitation.objects.get(pk=invitation.pk))
            outcomes.append("accepted")
        except InvitationGoneError:
            outcomes.append("gone")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _click in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["accepted", "gone"]
    assert TeamMembership.objects.count() == 1
