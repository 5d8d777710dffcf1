from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.model.errors import BadInput
from quantdeck.views.portfolio_text import (
    TypedPortfolio,
    read_portfolio,
    read_symbols,
    write_portfolio,
)

KNOWN = ("US:SPY", "BINANCE-USDM:BTCUSDT")


def test_names_alone_are_weighted_equally() -> None:
    assert read_portfolio("SPY, btcusdt", KNOWN) == TypedPortfolio(KNOWN, None)


def test_weights_may_be_shares_or_per_cent_or_short() -> None:
    found = read_portfolio("SPY=60%; US:TLT=0.5 , GLD=-10 %", KNOWN)

    assert found.symbols == ("US:SPY", "US:TLT", "US:GLD")
    assert found.weights == pytest.approx((0.6, 0.5, -0.1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no asset is named"),
        (" , ,", "no asset is named"),
        ("SPY, US:SPY", "US:SPY is named twice"),
        ("SPY=0.5, TLT", "1 of 2 assets have a weight"),
        ("SPY=half", "'half', which is no number"),
        ("SPY=nan", "'nan', which is no number"),
        ("SPY=1e9", "which is no number of at most 100"),
        ("S P Y", "is not a symbol"),
        ("=0.5", "is not a symbol"),
    ],
)
def test_text_that_is_no_portfolio_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_portfolio(text, KNOWN)


def test_factors_are_named_once_each() -> None:
    assert read_symbols("qqq,QQQ, btcusdt,", KNOWN) == ("US:QQQ", "BINANCE-USDM:BTCUSDT")


@given(
    st.dictionaries(
        st.from_regex(r"US:[A-Z]{1,5}", fullmatch=True),
        st.floats(-2.0, 2.0).map(lambda value: round(value, 6)),
        min_size=1,
        max_size=6,
    )
)
def test_written_portfolio_is_read_again(weights: dict[str, float]) -> None:
    text = write_portfolio(list(weights), list(weights.values()))

    found = read_portfolio(text)

    assert dict(zip(found.symbols, found.weights or (), strict=True)) == pytest.approx(weights)


@given(st.text(max_size=60))
def test_any_text_names_each_symbol_once_or_is_refused(text: str) -> None:
    found = None
    with suppress(BadInput):
        found = read_portfolio(text, KNOWN)

    assert found is None or len(set(found.symbols)) == len(found.symbols) > 0
