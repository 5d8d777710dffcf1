from __future__ import annotations

import pytest

from quantdeck.app.option_parts import option_parts
from quantdeck.app.plans import Surroundings
from quantdeck.app.settings import load
from quantdeck.model.errors import AuthFailed, BadInput, ConfigError
from quantdeck.model.feed import Delay, RunId
from quantdeck.model.instruments import InstrumentTable
from tests.hub.deck_rig import HandClock


def parts(folder, *, demo=False, **flags):
    around = Surroundings(HandClock(), InstrumentTable(), RunId("run-1"), folder)
    return option_parts(load(environ={}, flags=flags), around, demo=demo)


def test_option_parts_ask_for_the_underlyings_that_the_box_desk_does_not_watch(tmp_path):
    found = parts(
        tmp_path,
        **{"options.underlyings": ["SPX", "SPY", "spy", "QQQ"], "feeds.alpaca.enabled": True},
    )

    assert [each.underlying for each in found.requests] == ["US:SPY", "US:QQQ"]
    assert (found.requests[0].expiries, found.requests[0].lowest) == (8, 0.7)
    assert (found.source, found.delay) == (None, None)


def test_option_parts_take_rules_and_times_of_the_settings(tmp_path):
    found = parts(
        tmp_path,
        **{
            "options.wing_delta": 0.1,
            "options.max_spread": 0.5,
            "options.rate": 0.01,
            "options.refresh_seconds": 2,
            "options.poll_seconds": 15,
        },
    )

    assert (found.rules.wing, found.rules.widest_spread, found.rules.rate) == (0.1, 0.5, 0.01)
    assert (found.refresh_s, found.poll_s) == (2.0, 15.0)


def test_option_parts_of_a_named_source_need_its_key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("ALPACA_API_KEY", "ALPACA_API_SECRET"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(AuthFailed, match="no key"):
        parts(tmp_path, **{"options.source": "alpaca"})


def test_option_parts_of_a_named_source_ask_that_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ALPACA_API_KEY", "key")
    monkeypatch.setenv("ALPACA_API_SECRET", "secret")

    found = parts(
        tmp_path, **{"options.source": "alpaca", "feeds.alpaca.data_url": "http://127.0.0.1:1"}
    )

    assert (found.source.source, found.delay) == ("alpaca", Delay.SIMULATED)
    assert found.close is not None


def test_option_parts_without_a_box_desk_ask_yahoo_where_it_is_enabled(tmp_path):
    found = parts(
        tmp_path,
        **{
            "options.underlyings": ["SPX", "AAPL"],
            "feeds.yahoo.enabled": True,
            "feeds.yahoo.rest_url": "http://127.0.0.1:1",
        },
    )

    assert (found.source.source, found.delay) == ("yahoo", Delay.SIMULATED)
    assert [each.underlying for each in found.requests] == ["US:SPX", "US:AAPL"]


def test_option_parts_without_any_vendor_ask_nobody(tmp_path):
    assert parts(tmp_path).source is None


def test_option_parts_of_a_demo_ask_the_simulator_of_the_box_desk(tmp_path):
    assert parts(tmp_path, demo=True, **{"options.source": "alpaca"}).source is None


def test_option_parts_refuse_what_is_no_symbol(tmp_path):
    with pytest.raises(BadInput):
        parts(tmp_path, **{"options.underlyings": ["S P Y"]})


@pytest.mark.parametrize(
    ("key", "value"),
    [("options.wing_delta", 0.5), ("options.min_moneyness", 1.0), ("options.poll_seconds", 1)],
)
def test_settings_of_options_out_of_range_are_refused(key, value):
    with pytest.raises(ConfigError, match=key):
        load(environ={}, flags={key: value})


def test_option_parts_ask_polygon_where_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("MASSIVE_API_KEY", "key")

    found = parts(
        tmp_path,
        **{
            "options.source": "polygon",
            "options.underlyings": ["AAPL"],
            "data_dir": str(tmp_path),
            "feeds.polygon.rest_url": "http://127.0.0.1:1",
        },
    )

    assert (found.source.source, found.delay) == ("polygon", Delay.SIMULATED)
    assert found.close is not None
