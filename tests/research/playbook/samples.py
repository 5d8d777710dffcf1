"""A small table of features, a card, and the study of a planted chain."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.options.study import OptionStudy, study_chains
from quantdeck.research.card import Card, Estimate, Judgement
from quantdeck.research.features.table import FeatureTable
from quantdeck.research.playbook.inputs import Foretold
from tests.analytics.options.planted_chains import AT_NS, EXPIRIES, planted_chain

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY_NS = 86_400_000_000_000
SYMBOLS = ("US:AAA", "US:BBB", "US:CCC", "US:SPX")
SESSION_NS = AT_NS // DAY_NS * DAY_NS
VALUES: dict[str, tuple[float, ...]] = {
    "momentum": (0.10, -0.05, 0.02, 0.04),
    "news_sent": (0.3, np.nan, -0.2, np.nan),
    "iv_edge": (np.nan, np.nan, -0.01, 0.08),
    "uoa": (np.nan, 1.0, 2.0, 0.5),
    "garch_spike": (1.0, 1.1, 0.9, 1.3),
    "sma20": (100.0, 50.0, 20.0, 6000.0),
    "sma20_gap": (0.02, 0.0, -0.01, 0.0),
    "atr14": (2.0, 1.0, np.nan, 60.0),
}


def table(values: Mapping[str, tuple[float, ...]] = VALUES, *, halted: int = -1) -> FeatureTable:
    """Return two sessions of four symbols; one of them may not have traded in the second."""
    names = tuple(values)
    cells = np.full((len(names), len(SYMBOLS), 2), np.nan, np.float32)
    cells[:, :, 1] = np.array([values[name] for name in names])
    is_row = np.ones((len(SYMBOLS), 2), bool)
    if halted >= 0:
        is_row[halted, 1] = False
    prices = np.where(is_row, 100.0, np.nan)
    sessions = np.array([SESSION_NS - DAY_NS, SESSION_NS])
    return FeatureTable(
        names=names,
        symbols=SYMBOLS,
        sessions=sessions,
        known_ns=sessions + 20 * 3_600_000_000_000,
        values=cells,
        is_row=is_row,
        close=prices,
        total=prices,
        open=prices,
        source="synthetic",
        is_simulated=True,
    )


CARD = Card(
    id="20260612-200000-up-1d",
    created_ns=AT_NS,
    target="up",
    horizon=1,
    features=("momentum",),
    features_hash="f",
    data_hash="d",
    symbols=SYMBOLS,
    first_session="2020-01-02",
    last_session="2026-06-11",
    rows=1000,
    params={},
    seed=7,
    calibrator=(1.0, 0.0),
    judgement=Judgement(
        scheme="walk-forward",
        auc=Estimate(0.513, 0.505, 0.521, 1000),
        auc_within=Estimate(0.511),
        rank_ic=Estimate(0.02),
    ),
)


def foretold(*probabilities: float) -> Foretold:
    """Return what a model says of the symbols."""
    return Foretold(np.array(probabilities), CARD)


@cache
def study() -> OptionStudy:
    """Return what chains of 35 and 98 days say."""
    return study_chains([planted_chain(each) for each in EXPIRIES[:2]], AT_NS)


def study_with(**changes: object) -> OptionStudy:
    """Return the study with other fields."""
    return replace(study(), **changes)
