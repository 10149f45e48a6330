"""Stratifiers, strata and stratified observations for tests."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from collab.enums import Statistic
from equity.models import StratifiedObservation, Stratifier, Stratum
from metrics.enums import SubmissionStatus
from tests.factories.collab import CollaborativeFactory, MeasureFactory
from tests.factories.metrics import SubmissionFactory


class StratifierFactory(DjangoModelFactory[Stratifier]):
    """A dimension asked for with ``measures`` (a list), or with none."""

    class Meta:
        model = Stratifier
        skip_postgeneration_save = True

    collaborative = factory.SubFactory(CollaborativeFactory)
    code = factory.Sequence(lambda n: f"dimension_{n}")
    name = factory.Sequence(lambda n: f"Dimension {n}")

    @factory.post_generation
    def measures(self, create: bool, extracted: list[object] | None, **_kwargs: object) -> None:
        if create and extracted:
            self.measures.set(extracted)


class StratumFactory(DjangoModelFactory[Stratum]):
    class Meta:
        model = Stratum

    stratifier = factory.SubFactory(StratifierFactory)
    code = factory.Sequence(lambda n: f"group_{n}")
    name = factory.Sequence(lambda n: f"Group {n}")


class StratifiedObservationFactory(DjangoModelFactory[StratifiedObservation]):
    """12 of 25 in one group, in the submission's month."""

    class Meta:
        model = StratifiedObservation

    submission = factory.SubFactory(SubmissionFactory)
    team = factory.SelfAttribute("submission.team")
    month = factory.SelfAttribute("submission.month")
    measure = factory.SubFactory(MeasureFactory, collaborative=factory.SelfAttribute("..submission.team.collaborative"))
    version = factory.LazyAttribute(lambda observation: observation.measure.version_for(observation.month))
    stratum = factory.SubFactory(
        StratumFactory, stratifier__collaborative=factory.SelfAttribute("...submission.team.collaborative")
    )
    numerator = 12
    denominator = 25
    is_proportion = factory.LazyAttribute(lambda observation: observation.version.statistic is Statistic.PROPORTION)
    live = factory.LazyAttribute(lambda observation: observation.submission.status == SubmissionStatus.LIVE)
