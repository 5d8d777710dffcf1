from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from quantdeck.model.errors import BadInput, NoData
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.equities.strategies import Market, find_strategy, strategies
from tests.research.equities.markets import predictions_of, table_of

NAN = np.nan
ASKED = EquityQuestion(top=1)


def weights(name, table, question=ASKED, *, predictions=None, first=0) -> np.ndarray:
    market = Market(table, predictions, first)
    return find_strategy(name).function(market, question)


def test_buy_hold_buys_every_symbol_once() -> None:
    found = weights("buy_hold", table_of([[1, 1, 1], [NAN, 1, 1], [1, 1, 1]]))

    assert found[:, 0].tolist() == [0.5, 0, 0.5]
    assert np.isnan(found[:, 1:]).all()


def test_buy_hold_of_a_symbol_waits_until_it_trades() -> None:
    question = structs.replace(ASKED, symbol="US:B")

    found = weights("buy_hold", table_of([[1, 1, 1], [NAN, 1, 1]]), question)

    assert found[:, 1].tolist() == [0, 1]


def test_buy_hold_of_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(NoData, match="the table has no US:Z; it has US:A"):
        weights("buy_hold", table_of([[1, 1]]), structs.replace(ASKED, symbol="US:Z"))


def test_equal_weight_is_restored_every_so_many_sessions() -> None:
    question = structs.replace(ASKED, every=2)

    found = weights("equal_weight", table_of([[1, 1, 1, 1], [1, 1, 1, 1]]), question)

    assert np.isfinite(found[0]).tolist() == [True, False, True, False]
    assert found[:, 2].tolist() == [0.5, 0.5]


def test_momentum_holds_what_rose_most() -> None:
    table = table_of([np.arange(10, 20), np.arange(30, 20, -1)])

    found = weights("momentum", table, structs.replace(ASKED, window=4, every=1))

    assert np.isnan(found[:, :4]).all()
    assert (found[0, 4:] == 1).all()


def test_sma_cross_holds_above_the_slow_mean_and_cash_below() -> None:
    table = table_of([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]])

    found = weights("sma_cross", table, structs.replace(ASKED, fast=1, slow=3))

    assert np.isnan(found[:, :2]).all()
    assert found[:, 2:].T.tolist() == [[0.5, 0]] * 3


def test_sma_cross_with_fast_above_slow_is_refused() -> None:
    with pytest.raises(BadInput, match="below slow"):
        weights("sma_cross", table_of([[1, 2]]), structs.replace(ASKED, fast=5, slow=5))


def test_model_holds_the_highest_scores_of_priced_symbols() -> None:
    table = table_of([[1, 1, 1], [1, NAN, 1]])

    found = weights("model", table, predictions=predictions_of([[NAN, 0.4, 0.4], [NAN, 0.6, 0.6]]))

    assert np.isnan(found[:, 0]).all()
    assert found[:, 1:].T.tolist() == [[1, 0], [0, 1]]


def test_model_without_predictions_is_refused() -> None:
    with pytest.raises(NoData, match="predictions out of sample"):
        weights("model", table_of([[1, 1]]))


def test_market_decides_nothing_before_its_first_session() -> None:
    found = weights("equal_weight", table_of([[1, 1, 1]]), first=1)

    assert np.isfinite(found[0]).tolist() == [False, True, False]


def test_find_strategy_of_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(BadInput, match="there are buy_hold, equal_weight, momentum"):
        find_strategy("alpha")


@pytest.mark.parametrize("name", [each.name for each in strategies()])
@pytest.mark.parametrize("sides", ["long", "both"])
def test_strategies_decide_the_same_where_the_table_ends_earlier(name, sides) -> None:
    random = np.random.default_rng(11)
    close = 20.0 * np.exp(np.cumsum(random.normal(scale=0.03, size=(5, 90)), axis=1))
    close[random.uniform(size=close.shape) < 0.05] = NAN
    scores = np.where(random.uniform(size=close.shape) < 0.9, random.uniform(size=close.shape), NAN)
    question = EquityQuestion(top=2, dropout=1, window=12, fast=3, slow=9, sides=sides, every=3)

    whole = weights(name, table_of(close), question, predictions=predictions_of(scores))

    for cut in (20, 47, 89):
        some = predictions_of(scores[:, :cut])
        part = weights(name, table_of(close[:, :cut]), question, predictions=some)
        assert np.array_equal(part, whole[:, :cut], equal_nan=True)
