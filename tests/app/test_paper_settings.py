from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from quantdeck.app.paper_parts import paper_parts
from quantdeck.app.paper_settings import costs_of, guard_of
from quantdeck.app.settings import load
from quantdeck.hub.paper_terms import session_end_ns, terms_of
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.model.instruments import Instrument, InstrumentKind
from quantdeck.records.open import open_records

NOTHING = Path("/dev/null")


def settings(text: str = "", tmp_path: Path | None = None, **environ: str):
    if not text:
        return load(NOTHING, environ=environ)
    file = tmp_path / "config.yaml"
    file.write_text(text)
    return load(file, environ=environ)


def test_limits_of_risk_are_those_of_max_risk_unless_paper_has_its_own(tmp_path) -> None:
    own = "paper: {max_risk: {Condor: 75, default: 500}}"

    guard = guard_of(settings(own, tmp_path, MAX_RISK="call=100,condor=50"))

    assert guard.max_risk == {"call": 100, "condor": 75, "*": 500}


def test_a_limit_that_is_not_above_nought_is_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match="max_risk of call"):
        guard_of(settings("paper: {max_risk: {call: 0}}", tmp_path))


def test_limits_can_be_left_out(tmp_path) -> None:
    guard = guard_of(settings("paper: {max_symbol: null, max_day_loss: null}", tmp_path))

    assert (guard.max_symbol, guard.max_day_loss) == (None, None)
    assert guard.max_exposure == Decimal(200_000)


@pytest.mark.parametrize(
    ("symbol", "taker_bp", "per_unit"),
    [
        ("BINANCE:BTCUSDT", 10.0, 0.0),
        ("BINANCE-USDM:BTCUSDT", 3.0, 0.0),
        ("US:AAPL", 0.0, 0.01),
        ("OPRA:AAPL261218C00100000", 0.0, 0.0065),
    ],
)
def test_costs_are_by_venue_and_by_share_or_contract(tmp_path, symbol, taker_bp, per_unit) -> None:
    text = "paper: {fee_bp: {BINANCE-USDM: 3}, commission_share: 0.01}"

    costs = costs_of(settings(text, tmp_path), terms_of(symbol))

    assert (costs.taker_bp, costs.per_unit, costs.half_spread_bp) == (taker_bp, per_unit, 0.0)


def test_a_new_account_gets_one_deposit_however_often_it_is_opened(tmp_path) -> None:
    records = open_records(tmp_path)

    first = paper_parts(settings(), records)
    again = paper_parts(settings(), records)

    records.close()
    assert first.book.account.cash == again.book.account.cash == 100_000
    assert again.book.account.count == 1


def test_terms_are_the_vendors_where_it_says_any_and_else_by_the_symbol() -> None:
    told = Instrument("BINANCE:BTCUSDT", InstrumentKind.SPOT, "BTC", "USDT", lot_size=0.00001)

    assert terms_of("BINANCE:BTCUSDT", told).lot == Decimal("0.00001")
    assert terms_of("BINANCE:BTCUSDT").kind is InstrumentKind.SPOT
    assert terms_of("OPRA:SPXW261218P05000000").is_cash_settled
    assert not terms_of("OPRA:SPY261218P00500000").is_cash_settled
    with pytest.raises(BadInput, match="index"):
        terms_of("US:SPX", Instrument("US:SPX", InstrumentKind.INDEX, "SPX", "USD"))
    with pytest.raises(BadInput, match="index"):
        terms_of("US:NDX")
    with pytest.raises(BadInput, match="canonical"):
        terms_of("AAPL")


def test_an_order_placed_on_a_weekend_stands_until_the_next_close() -> None:
    saturday = 1_795_262_400_000_000_000
    monday_close = 1_795_467_600_000_000_000

    assert session_end_ns(terms_of("US:AAPL"), saturday) == monday_close
