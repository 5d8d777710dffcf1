"""Routes of the watchlist, the overview of closes, news and jobs."""

from __future__ import annotations

import asyncio
import csv
import io

import httpx2
import pytest

from quantdeck.app.box_history import RatesJob
from quantdeck.app.settings import Settings
from quantdeck.hub.job_desk import JobDesk
from quantdeck.hub.supervise import Supervisor
from quantdeck.scale.compute.inline import InlineExecutor

_API = "/api/v1"


def test_watchlist_has_the_newest_prices(ask) -> None:
    answer = ask("GET", f"{_API}/watchlist").json()

    [row] = answer["symbols"]
    assert (row["symbol"], row["kind"], row["source"]) == ("US:SPY", "close", "sim")
    assert answer["trust"]["mode"] == "demo"


def test_symbol_that_is_added_is_watched(ask) -> None:
    said = ask("POST", f"{_API}/watchlist", json={"symbol": "qqq"})

    symbols = [row["symbol"] for row in ask("GET", f"{_API}/watchlist").json()["symbols"]]
    assert said.json() == {"symbol": "US:QQQ", "message": "US:QQQ is watched."}
    assert symbols == ["US:SPY", "US:QQQ"]


def test_symbol_that_is_removed_is_watched_no_longer(ask) -> None:
    said = ask("POST", f"{_API}/watchlist/remove", json={"symbol": "SPY"})

    assert said.json()["message"] == "US:SPY is no longer watched."
    assert ask("GET", f"{_API}/watchlist").json()["symbols"] == []


@pytest.mark.parametrize(
    ("path", "symbol", "status", "code"),
    [
        ("/watchlist", "SPY", 409, "conflict"),
        ("/watchlist/remove", "QQQ", 404, "no-data"),
        ("/watchlist", "a b", 422, "bad-input"),
    ],
)
def test_change_that_cannot_be_says_why(ask, path, symbol, status, code) -> None:
    answer = ask("POST", f"{_API}{path}", json={"symbol": symbol})

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_overview_has_a_row_for_every_symbol(ask) -> None:
    answer = ask("GET", f"{_API}/overview").json()

    assert [row["symbol"] for row in answer["closes"]] == [
        "US:SPY",
        "US:QQQ",
        "BINANCE:BTCUSDT",
        "US:NEW",
    ]
    assert answer["closes"][-1]["day"] is None


def test_overview_as_csv_is_the_same(ask) -> None:
    answer = ask("GET", f"{_API}/overview?format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["symbol"] for row in rows][:2] == ["US:SPY", "US:QQQ"]


def test_news_tell_how_they_sound_and_who_says_so(ask) -> None:
    [story] = ask("GET", f"{_API}/news?symbol=spy").json()["news"]

    assert (story["sounds"], story["sentiment_by"]) == ("positive", "polygon")
    assert (story["sources"], story["url"]) == ("polygon", "https://example.org/1")


def test_news_of_another_symbol_are_not_told(ask) -> None:
    assert ask("GET", f"{_API}/news?symbol=QQQ").json() == {"news": []}


def test_job_that_is_started_is_listed_with_what_it_says(ask) -> None:
    said = ask("POST", f"{_API}/jobs", json={"kind": "verify", "symbols": "AAPL, MSFT"}).json()

    listed = ask("GET", f"{_API}/jobs").json()
    assert said["job"]["symbols"] == ["AAPL", "MSFT"]
    assert listed["kinds"] == ["collect", "verify", "backfill"]
    assert listed["jobs"][0]["id"] == said["job"]["id"]
    assert listed["log"][-1]["text"] == "begins"


def test_job_that_is_not_known_is_no_data(ask) -> None:
    assert ask("GET", f"{_API}/jobs/none").status_code == 404
    assert ask("DELETE", f"{_API}/jobs/none").status_code == 404


def test_job_with_a_wrong_symbol_names_the_field(ask) -> None:
    answer = ask("POST", f"{_API}/jobs", json={"kind": "collect", "symbols": "!"})

    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == ["symbols"]


def test_box_rates_of_a_deck_without_snapshots_say_how_to_keep_some(
    app, deck, cookies, names, tmp_path
) -> None:
    rates = RatesJob(Settings(), tmp_path, InlineExecutor())
    deck.jobs = JobDesk(
        {"box-rates": rates}, None, clock=deck.clock, supervisor=Supervisor(deck.clock), mode="demo"
    )

    async def main():
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=names.origin, headers={"Origin": names.origin}
        ) as client:
            client.cookies.update(cookies)
            # As the form sends it, the days being left empty.
            body = {"kind": "box-rates", "first": "", "last": ""}
            begun = (await client.post(f"{_API}/jobs", json=body)).json()
            await deck.jobs.wait(begun["job"]["id"])
            return (await client.get(f"{_API}/jobs/{begun['job']['id']}")).json()

    ended = asyncio.run(main())

    assert ended["job"]["state"] == "failed"
    assert "quantdeck boxes collect takes some" in ended["message"]
