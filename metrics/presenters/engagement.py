"""Engagement in words: each figure with its counts, beside what studies found where there is something."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from collab.common.formatting import day, number, rate_with_counts, with_unit
from metrics.enums import EngagementFigure
from metrics.models import EngagementRecord
from metrics.published import PUBLISHED, Published
from metrics.queries.engagement import Latest
from teams.enums import WithdrawalReason, WithdrawalStage


@dataclass(frozen=True, slots=True)
class EngagementLine:
    """One figure: what it is, its value with counts, a note, and the published one with source and population."""

    label: Promise | str
    value: str
    note: str
    published: Published | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One team that left."""

    on: str
    stage: Promise | str
    reason: Promise | str


@dataclass(frozen=True, slots=True)
class Engagement:
    """What ``templates/metrics/_engagement.html`` shows. ``as_of`` is empty before the first figures."""

    as_of: str
    lines: list[EngagementLine]
    withdrawals: list[Withdrawal]


def engagement_of(latest: Latest | None) -> Engagement:
    """The newest figures in words."""
    if latest is None:
        return Engagement("", [], [])
    records = latest.records
    return Engagement(
        as_of=day(latest.day),
        lines=[
            EngagementLine(figure.label, _value(figure, record), _note(figure, record), PUBLISHED.get(figure))
            for figure in EngagementFigure
            if (record := records.get(figure)) is not None
        ],
        withdrawals=[_withdrawal(one) for one in _withdrawals(records)],
    )


def _value(figure: EngagementFigure, record: EngagementRecord) -> str:
    if figure is EngagementFigure.ENROLLED:
        return number(record.numerator)
    share = record.share
    return rate_with_counts(None if share is None else 100 * share, "%", record.numerator, record.denominator, places=0)


def _note(figure: EngagementFigure, record: EngagementRecord) -> str:
    if figure is EngagementFigure.COMPLETED:
        still_in = record.detail["still_in"]
        if still_in and still_in != record.denominator:
            return _("%(share)s of the %(count)s teams that did not leave") % {
                "share": with_unit(100 * record.numerator / still_in, "%", places=0),
                "count": number(still_in),
            }
    if figure in (EngagementFigure.SUBMITTED, EngagementFigure.ON_TIME):
        return _("of the months that are due, all teams together")
    return ""


def _withdrawals(records: dict[EngagementFigure, EngagementRecord]) -> list[dict[str, Any]]:
    record = records.get(EngagementFigure.WITHDRAWN)
    return list(record.detail["withdrawals"]) if record else []


def _withdrawal(one: dict[str, Any]) -> Withdrawal:
    return Withdrawal(
        on=day(dt.date.fromisoformat(one["on"])),
        stage=WithdrawalStage(one["stage"]).label,
        reason=WithdrawalReason(one["reason"]).label,
    )
