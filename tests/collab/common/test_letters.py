"""Mails about what happens in the site: once, only to who wants them, and switched off from the mail itself."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.signing import BadSignature
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collab.common import letters
from collab.common.jobs import catch_up
from collab.common.letters import LetterKinds
from collab.common.models import Letter, StaleMark
from tests.factories.collab import UserFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


class TestKinds(LetterKinds):
    """A room's kinds."""

    __test__ = False
    BELL = "tests.bell", _("A bell rings")


def write(*people, key="bell-1", by=None):
    return letters.write(
        to=people,
        kind=TestKinds.BELL,
        subject="A bell\nrings",
        text="Dana rang the bell.",
        path="/help/",
        key=key,
        by=by,
    )


def send_all():
    for mark in StaleMark.objects.filter(task=letters.SEND):
        catch_up(mark.task, mark.key)


class TestWriting:
    def test_goes_out_once_with_link_and_way_to_switch_off(self, settings):
        settings.BASE_URL = "https://example.org"
        user = UserFactory(name="Ana Ruiz", email="ana@example.org")
        write(user)
        write(user)
        send_all()
        send_all()
        [sent] = mail.outbox
        assert sent.to == ["ana@example.org"]
        assert sent.subject == "A bell rings"
        assert "Dana rang the bell." in sent.body
        assert "https://example.org/help/" in sent.body
        assert sent.extra_headers["List-Unsubscribe"].strip("<>") in sent.body
        assert Letter.objects.waiting().count() == 0

    def test_not_to_who_did_it_nor_to_who_left_nor_to_who_muted_it(self):
        doer, gone, muted, reader = UserFactory(), UserFactory(is_active=False), UserFactory(), UserFactory()
        letters.switch(user=muted, kind=TestKinds.BELL.value, on=False)
        written = write(doer, gone, muted, reader, by=doer)
        assert [letter.to for letter in written] == [reader]

    def test_switched_off_between_writing_and_sending(self):
        user = UserFactory()
        [letter] = write(user)
        letters.switch(user=user, kind=TestKinds.BELL.value, on=False)
        assert letters.deliver(letter.pk) is False
        assert mail.outbox == []


class TestSwitchingOff:
    def test_from_the_mail_without_signing_in(self, client):
        user = UserFactory()
        address = reverse("letters_off", args=[letters.switch_token(user, TestKinds.BELL.value)])
        assert client.get(address).status_code == 200
        assert not user.muted_letters.exists()
        client.post(address, {"on": "0"})
        assert list(user.muted_letters.values_list("kind", flat=True)) == [TestKinds.BELL.value]
        client.post(address, {"on": "1"})
        assert not user.muted_letters.exists()

    def test_a_link_that_is_not_ours(self):
        with pytest.raises(BadSignature):
            letters.read_switch_token("something:else:entirely")

    def test_on_ones_own_page(self, client_for):
        user = UserFactory()
        client = client_for(user)
        write(user)
        send_all()
        page = client.get(reverse("letters"))
        assert page.status_code == 200
        assert "A bell rings" in page.content.decode()
        client.post(reverse("letters"), {"kinds": []})
        assert TestKinds.BELL.value in user.muted_letters.values_list("kind", flat=True)
        client.post(reverse("letters"), {"kinds": [TestKinds.BELL.value]})
        assert TestKinds.BELL.value not in user.muted_letters.values_list("kind", flat=True)
