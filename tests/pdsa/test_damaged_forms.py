"""What no page of ours sends: it changes nothing and never fails."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.urls import reverse

from pdsa.enums import Stage
from tests.pdsa.test_worksheet_pages import Desk, desk

__all__ = ["desk"]
pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.mark.parametrize(
    "base",
    [
        pytest.param("[" * 200_000, id="nested too deep"),
        pytest.param(json.dumps({f"questions.{'9' * 5000}.question": "mark"}), id="a line with a number without end"),
        pytest.param(json.dumps({f"questions.{'9' * 5000}.x": "mark"}), id="and no field"),
    ],
)
def test_marks_that_no_page_sends_are_passed_over(desk: Callable[..., Desk], base: str) -> None:
    at = desk()
    answers = [at.client.post(address, {"base": base}) for address in (at.url(), at.url() + "save/")]
    assert [answer.status_code for answer in answers] == [302, 200]
    assert at.again().revisions.count() == 0


def test_a_line_with_a_number_without_end_is_not_removed(desk: Callable[..., Desk]) -> None:
    at = desk()
    assert at.client.post(at.url(), {"remove": f"questions.{'9' * 5000}"}).status_code == 302
    assert at.again().questions.count() == 1


def test_numbers_without_end_name_nothing(desk: Callable[..., Desk]) -> None:
    at, number = desk(), "9" * 5000
    pages = [at.client.get(reverse(name, args=at.place), {"idea": number}) for name in ("cycle_new", "ramp_new")]
    assert [page.status_code for page in pages] == [200, 200]
    sent = {
        "cycle_barrier": {"settle": number},
        "cycle_comment": {"parent": number, "part": "plan", "text": "Who answers?"},
        "cycle": {"drivers": number, "base": json.dumps({"drivers": "mark"})},
    }
    answers = [at.client.post(at.url(name), values).status_code for name, values in sent.items()]
    assert max(answers) < 500
    assert (at.again().barriers.count(), at.again().drivers.count()) == (0, 0)


def test_a_box_with_a_number_without_end_on_a_closed_cycle(desk: Callable[..., Desk]) -> None:
    at = desk(stage=Stage.CLOSED)
    answer = at.client.post(at.url(), {"drivers": "9" * 5000, "base": json.dumps({"drivers": "mark"})})
    assert answer.status_code == 409
