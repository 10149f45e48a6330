"""Each factory makes a row that the database accepts and that passes the model's own checks."""

from __future__ import annotations

from typing import Any

import pytest
from factory.django import DjangoModelFactory

from tests.factories import collab, equity, metrics, teams

FACTORIES = [
    value
    for module in (collab, teams, metrics, equity)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, DjangoModelFactory) and value is not DjangoModelFactory
    if value.__module__ == module.__name__
]


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES, ids=lambda factory: factory.__name__)
def test_factory_makes_a_valid_row(factory: Any) -> None:
    made = factory()
    made.full_clean(exclude={"detail"})  # an empty JSON object is a value, not a blank
    assert type(made).objects.get() == made
