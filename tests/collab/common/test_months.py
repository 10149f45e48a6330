"""Months and deadlines: laws over generated dates, and clocks that change."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from collab.common import months
from collab.common.months import MonthConverter, MonthField, Span

pytestmark = pytest.mark.unit

MONTHS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31)).map(months.first_day)
COUNTS = st.integers(-600, 600)
ZONES = st.sampled_from(
    ["America/New_York", "America/Phoenix", "Pacific/Honolulu", "Europe/London", "Asia/Kolkata", "Pacific/Apia", "UTC"]
)


@given(MONTHS, COUNTS)
def test_adding_and_taking_away_gives_the_month_again(month: dt.date, count: int) -> None:
    assert months.add(months.add(month, count), -count) == month


@given(MONTHS, COUNTS, COUNTS)
def test_adding_twice_is_adding_the_sum(month: dt.date, one: int, two: int) -> None:
    assert months.add(months.add(month, one), two) == months.add(month, one + two)


@given(MONTHS, st.integers(0, 600))
def test_counting_both_ends_is_one_more_than_what_was_added(month: dt.date, count: int) -> None:
    assert months.count_between(month, months.add(month, count)) == count + 1


@given(MONTHS, st.integers(0, 300), st.sampled_from([1, 3]))
def test_iterating_gives_first_days_in_even_steps_up_to_the_last(month: dt.date, count: int, step: int) -> None:
    last = months.add(month, count)
    found = list(months.iterate(month, last, step=step))
    # A slow second way: walk day by day through the calendar and keep the first days.
    day, walked = month, []
    while day <= last:
        if day.day == 1:
            walked.append(day)
        day += dt.timedelta(days=1)
    assert found == walked[::step]


@given(MONTHS, st.sampled_from([1, 3]))
def test_the_last_day_is_the_day_before_the_next_period(month: dt.date, step: int) -> None:
    after = months.last_day(month, step=step) + dt.timedelta(days=1)
    assert after == months.add(month, step)


@given(MONTHS)
def test_a_month_survives_being_written_and_read(month: dt.date) -> None:
    assert months.parse(months.iso(month)) == month
    assert MonthConverter().to_python(MonthConverter().to_url(month)) == month


@given(MONTHS, st.integers(1, 28), ZONES, st.sampled_from([1, 3]))
def test_it_is_due_until_the_due_day_ends_on_the_collaboratives_clock(
    month: dt.date, day: int, zone: str, step: int
) -> None:
    instant = months.due_at(month, due_day=day, time_zone=zone, step=step)
    due = months.due_date(month, due_day=day, step=step)
    assert due == months.add(month, step).replace(day=day)
    second_before = (instant.astimezone(dt.UTC) - dt.timedelta(seconds=1)).astimezone(zoneinfo.ZoneInfo(zone))
    assert second_before.date() == due
    assert instant.astimezone(zoneinfo.ZoneInfo(zone)).date() > due


@pytest.mark.parametrize(
    ("month", "zone", "instant"),
    [
        # Summer time began on 9 March 2025: the deadline of February is four hours behind UTC, January's five.
        ((2025, 1), "America/New_York", (2025, 2, 11, 5)),
        ((2025, 2), "America/New_York", (2025, 3, 11, 4)),
        # It ended on 2 November 2025.
        ((2025, 10), "America/New_York", (2025, 11, 11, 5)),
        # Arizona never changes its clocks.
        ((2025, 2), "America/Phoenix", (2025, 3, 11, 7)),
        ((2025, 2), "Europe/London", (2025, 3, 11, 0)),
        ((2025, 3), "Europe/London", (2025, 4, 10, 23)),
    ],
)
def test_deadlines_follow_the_clock_through_summer_time(
    month: tuple[int, int], zone: str, instant: tuple[int, int, int, int]
) -> None:
    found = months.due_at(dt.date(*month, 1), due_day=10, time_zone=zone)
    assert found == dt.datetime(*instant, tzinfo=dt.UTC)


def test_a_quarter_is_due_after_its_third_month() -> None:
    assert months.due_date(dt.date(2025, 1, 1), due_day=15, step=3) == dt.date(2025, 4, 15)


def test_today_is_the_day_on_the_collaboratives_calendar() -> None:
    now = dt.datetime(2025, 3, 1, 2, tzinfo=dt.UTC)
    assert months.today("America/New_York", now) == dt.date(2025, 2, 28)
    assert months.today("Europe/London", now) == dt.date(2025, 3, 1)


@pytest.mark.parametrize("text", ["2026-03", "2026-03-01", "March 2026", "Mar 2026", " mar. 2026 ", "MARCH 2026"])
def test_a_month_can_be_written_in_several_ways(text: str) -> None:
    assert months.parse(text) == dt.date(2026, 3, 1)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "2026-03-02", "03/2026", "Ma 2026", "Foo 2026"])
def test_what_is_no_month_is_refused_with_the_form_that_is_wanted(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a month. Write it like 2026-03\."):
        months.parse(text)


@pytest.mark.parametrize("text", ["9999-12", "0001-01", "2200-01", "December 9999"])
def test_a_year_in_which_nobody_reports_never_reaches_arithmetic(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        months.parse(text)


def test_a_span_counts_and_holds_its_months() -> None:
    span = Span(dt.date(2025, 11, 1), dt.date(2026, 2, 1))
    assert list(span) == [dt.date(2025, 11, 1), dt.date(2025, 12, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1)]
    assert len(span) == 4
    assert dt.date(2026, 2, 1) in span
    assert dt.date(2026, 3, 1) not in span
    assert len(Span(dt.date(2026, 2, 1), dt.date(2026, 1, 1))) == 0


def test_the_form_field_reads_and_shows_months() -> None:
    field = MonthField()
    assert field.clean("March 2026") == dt.date(2026, 3, 1)
    assert field.prepare_value(dt.date(2026, 3, 1)) == "2026-03"
    with pytest.raises(ValidationError) as caught:
        field.clean("soon")
    assert caught.value.messages == ["“soon” is not a month. Write it like 2026-03."]
