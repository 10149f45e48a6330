"""People, centers, collaboratives, measures and change packages for tests."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from collab.enums import CenterRole, CollaborativeRole, CollaborativeStatus, DataSharing, PackageStatus
from collab.models import (
    Center,
    CenterAppointment,
    ChangeIdea,
    ChangePackage,
    Collaborative,
    CollaborativeAppointment,
    Driver,
    Measure,
    MeasureVersion,
    User,
)

PASSWORD = "correct horse battery staple"
LONG_AGO = dt.date(2024, 1, 1)


class UserFactory(DjangoModelFactory[User]):
    """A person who can sign in with ``PASSWORD``, and whose address is verified."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(self, create: bool, extracted: bool | None, **_kwargs: object) -> None:
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)


class CenterFactory(DjangoModelFactory[Center]):
    class Meta:
        model = Center

    slug = factory.Sequence(lambda n: f"center-{n}")
    name = factory.Sequence(lambda n: f"Center {n}")


class CenterAppointmentFactory(DjangoModelFactory[CenterAppointment]):
    """A coordinator."""

    class Meta:
        model = CenterAppointment

    center = factory.SubFactory(CenterFactory)
    user = factory.SubFactory(UserFactory)
    role = CenterRole.COORDINATOR
    started_on = LONG_AGO


class CollaborativeFactory(DjangoModelFactory[Collaborative]):
    """Twelve months of 2025, running, figures due on day 10."""

    class Meta:
        model = Collaborative

    center = factory.SubFactory(CenterFactory)
    slug = factory.Sequence(lambda n: f"collaborative-{n}")
    name = factory.Sequence(lambda n: f"Collaborative {n}")
    topic = "Missed appointments"
    aim = "Halve missed first appointments at every agency by December 2025."
    status = CollaborativeStatus.RUNNING
    start = dt.date(2025, 1, 1)
    months = 12
    time_zone = "America/New_York"
    data_sharing = DataSharing.CODED
    created_by = factory.SubFactory(UserFactory)


class CollaborativeAppointmentFactory(DjangoModelFactory[CollaborativeAppointment]):
    """Faculty, sponsor or reviewer; a coach unless told."""

    class Meta:
        model = CollaborativeAppointment

    collaborative = factory.SubFactory(CollaborativeFactory)
    user = factory.SubFactory(UserFactory)
    role = CollaborativeRole.COACH
    started_on = LONG_AGO


class MeasureFactory(DjangoModelFactory[Measure]):
    """A measure with its first version. Fields of the version go through ``version__``: ``version__stat="rate"``.

    ``version=None`` makes none.
    """

    class Meta:
        model = Measure
        skip_postgeneration_save = True

    collaborative = factory.SubFactory(CollaborativeFactory)
    code = factory.Sequence(lambda n: f"measure_{n}")
    position = factory.Sequence(lambda n: n)
    version = factory.RelatedFactory("tests.factories.collab.MeasureVersionFactory", factory_related_name="measure")


class MeasureVersionFactory(DjangoModelFactory[MeasureVersion]):
    """A proportion in percent that holds from the collaborative's first month."""

    class Meta:
        model = MeasureVersion

    measure = factory.SubFactory(MeasureFactory, version=None)
    number = 1
    effective_month = factory.SelfAttribute("measure.collaborative.start")
    name = factory.LazyAttribute(lambda version: version.measure.code.replace("_", " ").capitalize())
    unit = "%"
    multiplier = 100
    numerator = "Appointments that the person did not attend"
    denominator = "Appointments that were booked"
    created_by = factory.SubFactory(UserFactory)


class ChangePackageFactory(DjangoModelFactory[ChangePackage]):
    """A draft; ``published=True`` makes the version that teams see."""

    class Meta:
        model = ChangePackage

    class Params:
        published = factory.Trait(
            status=PackageStatus.PUBLISHED, published_at=dt.datetime(2025, 1, 2, 12, tzinfo=dt.UTC)
        )

    collaborative = factory.SubFactory(CollaborativeFactory)
    number = 1
    status = PackageStatus.DRAFT
    aim = "Nobody waits more than a week for a first appointment."
    created_by = factory.SubFactory(UserFactory)


class DriverFactory(DjangoModelFactory[Driver]):
    class Meta:
        model = Driver

    package = factory.SubFactory(ChangePackageFactory)
    name = factory.Sequence(lambda n: f"Driver {n}")


class ChangeIdeaFactory(DjangoModelFactory[ChangeIdea]):
    """An idea that serves ``drivers`` (a list), or no driver."""

    class Meta:
        model = ChangeIdea
        skip_postgeneration_save = True

    package = factory.SubFactory(ChangePackageFactory)
    name = factory.Sequence(lambda n: f"Change idea {n}")

    @factory.post_generation
    def drivers(self, create: bool, extracted: list[Driver] | None, **_kwargs: object) -> None:
        if create and extracted:
            self.drivers.set(extracted)
