"""Option strategies through the API."""

from __future__ import annotations

import pytest

from quantdeck.analytics.strategies import STRUCTURES, Leg, Strategy, payoff_line, pop_exact

CONDOR = [
    {"kind": "put", "strike": 90, "quantity": 1, "premium": 0.5},
    {"kind": "put", "strike": 95, "quantity": -1, "premium": 1.5},
    {"kind": "call", "strike": 105, "quantity": -1, "premium": 1.5},
    {"kind": "call", "strike": 110, "quantity": 1, "premium": 0.5},
]
MARKET = {"spot": 100, "volatility": 0.2, "days": 36.5}


def test_list_has_every_named_strategy(ask):
    body = ask("GET", "/api/v1/strategies").json()

    assert [each["key"] for each in body["strategies"]] == list(STRUCTURES)
    condor = next(each for each in body["strategies"] if each["key"] == "iron-condor")
    assert condor["legs"][0] == "+1 put at strike 1"


def test_evaluate_gives_what_the_library_gives(ask, names):
    body = ask(
        "POST",
        "/api/v1/strategies/evaluate",
        json={"legs": CONDOR, **MARKET},
        headers={"Origin": names.origin},
    ).json()

    line = payoff_line(Strategy("Condor", tuple(Leg(**leg) for leg in CONDOR)))
    exact = pop_exact(line, forward=100.0, deviation=0.2 * 0.1**0.5)
    assert body["odds"][0]["probability"] == pytest.approx(exact)
    assert (body["max_loss"], body["max_profit"], body["breakevens"]) == (3.0, 2.0, [93.0, 107.0])
    assert body["margin"] == 5.0
    assert body["greeks"] is None


def test_evaluate_of_what_has_no_limit_says_null(ask, names):
    legs = [{"kind": "call", "strike": 100, "quantity": -1, "premium": 3}]

    body = ask(
        "POST",
        "/api/v1/strategies/evaluate",
        json={"legs": legs, **MARKET},
        headers={"Origin": names.origin},
    ).json()

    assert body["max_loss"] is None
    assert body["last_slope"] == -1.0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"legs": []}, "legs"),
        ({"spot": 0}, "spot"),
        ({"legs": [{"kind": "call", "quantity": 1, "premium": 2}]}, "strike"),
        ({"legs": [{"kind": "future", "quantity": 1, "premium": 2}]}, "kind"),
    ],
)
def test_evaluate_of_what_cannot_be_is_422(ask, names, change, word):
    reply = ask(
        "POST",
        "/api/v1/strategies/evaluate",
        json={"legs": CONDOR, **MARKET, **change},
        headers={"Origin": names.origin},
    )

    assert reply.status_code == 422
    assert word in reply.text


def test_strategy_on_the_chain_has_legs_with_quotes(ask):
    body = ask("GET", "/api/v1/strategies/SPX?strategy=iron condor&paid=natural").json()

    assert body["name"] == "Iron condor"
    assert body["underlying"] == "US:SPX"
    assert [leg["quantity"] for leg in body["legs"]] == [1, -1, -1, 1]
    for leg in body["legs"]:
        assert leg["premium"] == (leg["ask"] if leg["quantity"] > 0 else leg["bid"])
    assert body["cost"] == pytest.approx(body["natural_cost"])
    assert {each["measure"] for each in body["odds"]} >= {"lognormal", "smile-implied"}


def test_strategy_takes_strikes_as_given(ask):
    body = ask("GET", "/api/v1/strategies/spx?strategy=bull-call-spread&strikes=6000,6300").json()

    assert [leg["strike"] for leg in body["legs"]] == [6000.0, 6300.0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("SPX?strategy=golden-condor", 422),
        ("SPX?strategy=covered-call", 422),
        ("SPX?strategy=bull-call-spread&strikes=1,2", 422),
        ("SPX?width=0", 422),
        ("SPX?expiry=SPX 2031-01-17", 404),
        ("AAPL", 404),
        ("SPX?strategy=call-calendar", 404),
    ],
)
def test_strategy_that_cannot_be_built_is_refused(ask, path, status):
    reply = ask("GET", f"/api/v1/strategies/{path}")

    assert reply.status_code == status, reply.text
    assert reply.json()["error"]["message"]


def test_report_is_one_page_with_its_own_policy(ask):
    reply = ask("GET", "/api/v1/strategies/SPX/report")

    assert reply.headers["content-type"].startswith("text/html")
    assert "script-src 'sha256-" in reply.headers["content-security-policy"]
    assert "Iron condor" in reply.text
    assert "spx-strategies.html" in reply.headers["content-disposition"]
