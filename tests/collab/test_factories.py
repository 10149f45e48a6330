"""Each factory makes a row that the database accepts and that passes the model's own checks."""

from __future__ import annotations

from typing import Any

import pytest
from factory.django import DjangoModelFactory

from tests.factories import collab, equity, metrics, pdsa, teams

FACTORIES = [
    value
    for module in (collab, teams, pdsa, metrics, equity)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, DjangoModelFactory) and value is not DjangoModelFactory
    if value.__module__ == module.__name__
]


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_factory_makes_a_valid_row(factory: Any) -> None:
    made = factory()
    # An empty JSON object is a value, not a blank; what did not happen yet (a review that is still asked for) has none.
    still_open = {field.name for field in made._meta.fields if field.null and getattr(made, field.attname) is None}
    made.full_clean(exclude={"detail", *still_open})
    assert type(made).objects.get() == made
