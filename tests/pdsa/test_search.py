"""Words find cycles, alike on both databases."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdsa.actions.search import index
from pdsa.actions.workflow import plan_cycle
from pdsa.actions.worksheet import save
from pdsa.models import Cycle
from pdsa.queries.search import matching, tokens_of
from tests.factories.collab import UserFactory
from tests.factories.pdsa import CycleFactory, QuestionFactory, TaskFactory
from tests.factories.teams import TeamFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def indexed(**options):
    cycle = CycleFactory(**{"change": "", "other_measure": "", "asked": False, "ramp__title": "", **options})
    index(cycle)
    return cycle


def found(words):
    return list(matching(Cycle.objects.all(), words).order_by("-rank", "pk"))


class TestMatching:
    @pytest.mark.parametrize(
        "words",
        [
            "reminders",
            "remind",
            "REMINDER call",
            "calls reminder",
            'call "reminder',
            "café",
            "cafe",
            "call & | ! ( ) * : reminder",
            "reminder:* -call",
        ],
    )
    def test_every_word_by_its_beginning_or_stem_in_any_order(self, words):
        cycle = indexed(title="Reminder calls at the café")
        indexed(title="Warm hand-off")
        assert found(words) == [cycle]

    @pytest.mark.parametrize("words", ["reminder hand", "x", "' OR 1=1 --"])
    def test_nothing_fits(self, words):
        indexed(title="Reminder calls")
        indexed(title="Warm hand-off")
        assert found(words) == []

    @pytest.mark.parametrize("words", ["", "  ", "&|!"])
    def test_no_word_finds_everything(self, words):
        cycle = indexed()
        assert found(words) == [cycle]

    def test_questions_and_learning_are_found_names_are_not(self):
        owner = UserFactory(name="Zebulon Quist")
        cycle = CycleFactory(asked=False, owner=owner)
        QuestionFactory(cycle=cycle, question="Does a voucher for the bus help?")
        TaskFactory(cycle=cycle, who="Zebulon")
        index(cycle)
        assert found("voucher bus") == [cycle]
        assert found("Zebulon") == []

    def test_the_better_fit_first(self):
        once = indexed(title="Peers visit", change="Someone else calls.")
        often = indexed(title="Peers", change="Peers meet peers: a peer and a peer.")
        assert found("peer") == [often, once]

    def test_follows_every_change(self):
        user = UserFactory()
        cycle = plan_cycle(by=user, team=TeamFactory(), title="Sooner in")
        save(by=user, cycle=cycle, values={"change": "Two open slots a day"})
        assert found("slots") == [cycle]
        save(by=user, cycle=cycle, values={"change": "Same-day intake"})
        assert found("slots") == []
        assert found("intake") == [cycle]


@pytest.mark.django_db
@given(words=st.text(max_size=60))
def test_nothing_typed_is_an_error(words):
    assert isinstance(list(matching(Cycle.objects.all(), words)), list)


@given(words=st.text())
def test_tokens_are_plain_words(words):
    assert all(re.fullmatch(r"\w+", token) for token in tokens_of(words))
