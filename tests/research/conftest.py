"""A small table and models of it, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.research import train
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.training import Trained

FEW_TREES = {"num_iterations": 12, "learning_rate": 0.1}


@pytest.fixture(scope="session")
def noise() -> FeatureTable:
    """Eight random walks of 300 sessions."""
    return synthetic_table(8, 300)


@pytest.fixture(scope="session")
def planted() -> FeatureTable:
    """Eight walks whose last return foretells a little of the next."""
    return synthetic_table(8, 300, signal=0.25)


@pytest.fixture(scope="session")
def learnt(planted: FeatureTable) -> Trained:
    """A model of the walks with something to learn, judged by six folds."""
    return train(planted, cv=True, folds=6, params=FEW_TREES)
