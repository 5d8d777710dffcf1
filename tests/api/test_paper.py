"""The paper account by the API."""

from __future__ import annotations

from tests.hub.paper_rig import BTC

_API = "/api/v1/paper"
_BUY = {"symbol": BTC, "side": "buy", "quantity": "2"}


def test_an_order_is_placed_filled_and_shown_everywhere(ask) -> None:
    placed = ask("POST", f"{_API}/orders", json={**_BUY, "id": "mine"}).json()

    assert (placed["id"], placed["state"], float(placed["paid"])) == ("mine", "filled", 202.0)
    (position,) = ask("GET", f"{_API}/positions").json()["positions"]
    assert (position["mark"], position["mark_kind"]) == ("99.0", "bid")
    (fill,) = ask("GET", f"{_API}/fills").json()["fills"]
    assert (fill["order"], fill["price"]) == ("mine", "101.0")
    account = ask("GET", f"{_API}/account").json()
    assert (float(account["cash"]), float(account["value"])) == (9798.0, 9996.0)
    assert account["mode"] == "demo"


def test_the_same_order_sent_twice_is_one_order(ask) -> None:
    answers = [ask("POST", f"{_API}/orders", json={**_BUY, "id": "mine"}) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(ask("GET", f"{_API}/orders").json()["orders"]) == 1
    other = ask("POST", f"{_API}/orders", json={**_BUY, "id": "mine", "quantity": "3"})
    assert other.status_code == 409


def test_a_refused_order_names_its_limit(ask) -> None:
    wanted = {**_BUY, "quantity": "80"}

    preview = ask("POST", f"{_API}/preview", json=wanted).json()
    placed = ask("POST", f"{_API}/orders", json=wanted).json()

    assert preview["limit"] == placed["limit"] == "max_exposure"
    assert placed["state"] == "refused"
    limits = ask("GET", f"{_API}/limits").json()["limits"]
    assert {"max_exposure": "5000"}.items() <= {x["name"]: x["limit"] for x in limits}.items()


def test_an_open_order_says_why_it_waits_and_can_be_cancelled(ask) -> None:
    ask("POST", f"{_API}/orders", json={**_BUY, "id": "low", "limit": "90", "tif": "gtc"})

    (waiting,) = ask("GET", f"{_API}/orders?open=true").json()["orders"]
    assert (waiting["limit_price"], waiting["expires"]) == ("90", None)
    assert "above the limit 90" in waiting["why"]
    assert ask("DELETE", f"{_API}/orders/low").json()["state"] == "cancelled"
    assert ask("GET", f"{_API}/orders/low").json()["state"] == "cancelled"
    assert ask("DELETE", f"{_API}/orders/none").status_code == 404


def test_the_kill_switch_refuses_until_it_is_resumed(ask) -> None:
    assert ask("POST", f"{_API}/halt", json={"why": "lunch"}).json()["halted"] == "lunch"

    refused = ask("POST", f"{_API}/orders", json=_BUY).json()

    assert (refused["limit"], refused["state"]) == ("kill_switch", "refused")
    assert ask("POST", f"{_API}/resume").json()["halted"] == ""
    assert ask("POST", f"{_API}/orders", json=_BUY).json()["state"] == "filled"


def test_a_position_is_closed_in_parts(ask) -> None:
    ask("POST", f"{_API}/orders", json=_BUY)

    ask("POST", f"{_API}/close", json={"symbol": BTC, "quantity": "0.5"})
    closed = ask("POST", f"{_API}/close", json={"symbol": BTC}).json()

    assert (closed["state"], closed["filled"]) == ("filled", "1.5")
    assert ask("GET", f"{_API}/positions").json() == {"positions": []}
    assert ask("POST", f"{_API}/close", json={"symbol": BTC}).status_code == 404


def test_an_order_of_legs_takes_no_symbol_of_its_own(ask) -> None:
    legs = [{"symbol": BTC, "ratio": 1}, {"symbol": "BINANCE-USDM:ETHUSDT", "ratio": -2}]

    assert ask("POST", f"{_API}/orders", json={**_BUY, "legs": legs}).status_code == 422
    assert ask("POST", f"{_API}/orders", json={"quantity": "1"}).status_code == 422
    seen = ask("POST", f"{_API}/preview", json={"legs": legs, "quantity": "1"}).json()
    assert seen["waits"] == "there is no quote of BINANCE-USDM:ETHUSDT"
