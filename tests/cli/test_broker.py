"""``quantdeck broker`` and ``quantdeck portfolio``, in this process."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.records.playbooks import PlaybookFiles
from quantdeck.research.playbook.entry import Playbook
from quantdeck.tape.open import open_writer
from tests.research.playbook.test_tickets import SHARES, entry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

DATA = "data"
WHERE = Provenance("polygon", Delay.REALTIME, RunId("test"))
BUY = ("broker", "BUY", "AAPL", "2", "100", "--data-dir", DATA)


def write_quote(folder: Path, symbol: str, ts_ns: int, *, bid: float, ask: float) -> None:
    instruments, clock = InstrumentTable(), SystemClock()
    rows = np.zeros(1, DTYPES[Kind.QUOTE])
    rows["symbol"] = instruments.id_of(symbol)
    rows["ts_event"] = rows["ts_recv"] = ts_ns
    rows["seq"], rows["bid"], rows["ask"] = 1, bid, ask
    rows["bid_size"] = rows["ask_size"] = 100.0
    writer = open_writer(folder, instruments, clock=clock)
    writer.append_wait(Batch(Kind.QUOTE, rows, WHERE))
    writer.close()


def told(run: Run, *arguments: object) -> Any:
    ended = run(*arguments, "--data-dir", DATA, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def read(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_order_with_a_price_is_a_limit_order_that_waits_and_says_why(
    run: Run, tmp_path: Path
) -> None:
    ended = run(*BUY, "--out-file", "orders.csv")

    assert ended.code == 0
    assert "no quote of US:AAPL" in ended.out
    assert "quantdeck up" in ended.out
    row = read(tmp_path / "orders.csv")[0]
    assert (row["side"], row["quantity"], row["price"], row["state"]) == (
        "BUY",
        "2",
        "100",
        "working",
    )


def test_order_of_the_same_name_is_one_order(run: Run) -> None:
    run(*BUY, "--id", "mine", "--fill-at-price")
    run(*BUY, "--id", "mine", "--fill-at-price")

    assert told(run, "portfolio", "show")["cash"] == "99800"


def test_order_of_the_same_name_for_something_else_is_refused(run: Run) -> None:
    run(*BUY, "--id", "mine")

    ended = run("broker", "SELL", "AAPL", "2", "100", "--id", "mine", "--data-dir", DATA)

    ended.refused(3, "another order 'mine'")


def test_order_beyond_a_limit_names_it(run: Run) -> None:
    ended = run("broker", "BUY", "AAPL", "5000", "100", "--data-dir", DATA)

    assert ended.code == 3
    assert "refused by max_symbol" in ended.out
    assert "max_symbol" in ended.err


def test_dry_run_places_nothing(run: Run) -> None:
    seen = told(run, *BUY[:5], "--dry-run")

    assert (seen["cost"], seen["risk"]) == ("200", "200")
    assert told(run, "portfolio", "orders", "--all") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("HOLD", "AAPL", "1"), "BUY, SELL, PLAYBOOK"),
        (("BUY", "AAPL"), "how many"),
        (("BUY", "AAPL", "x"), "plain number"),
        (("BUY", "AAPL", "1", "dear"), "plain number"),
        (("BUY", "AAPL", "1", "100", "--stop", "90"), "not both"),
        (("BUY", "AAPL", "1", "--fill-at-price"), "needs the price"),
        (("BUY", "^GSPC", "1"), "prices of the past"),
        (("BUY", "AAPL", "1.5"), "steps of 1"),
    ],
)
def test_order_that_cannot_be_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    run("broker", *words, "--data-dir", DATA).refused(2, said)


def test_market_order_is_filled_from_a_fresh_quote_of_the_tape(run: Run, tmp_path: Path) -> None:
    write_quote(tmp_path / DATA, "US:AAPL", SystemClock().now_ns(), bid=99.0, ask=101.0)

    order = told(run, "broker", "BUY", "AAPL", "3")

    assert (order["state"], order["paid"]) == ("filled", "303")


def test_position_closed_at_a_stated_price_is_listed_with_its_gain(
    run: Run, tmp_path: Path
) -> None:
    run(*BUY, "--fill-at-price")

    ended = run(
        *("portfolio", "close", "AAPL", "150", "--data-dir", DATA),
        *("--portfolio-file", "portfolio.csv", "--pnl-file", "pnl.csv"),
    )

    assert ended.code == 0
    assert [row["quantity"] for row in read(tmp_path / "portfolio.csv")] == ["2", "-2"]
    gain = read(tmp_path / "pnl.csv")[0]
    assert (gain["pnl"], gain["reason"]) == ("100", "price stated by hand")


def test_closing_what_is_not_held_says_so(run: Run) -> None:
    run("portfolio", "close", "MSFT", "--data-dir", DATA).refused(4, "US:MSFT")


def test_halted_account_takes_nothing_until_it_is_resumed(run: Run) -> None:
    run("portfolio", "halt", "lunch", "--data-dir", DATA)
    refused = run(*BUY)
    run("portfolio", "resume", "--data-dir", DATA)
    taken = run(*BUY)

    assert (refused.code, taken.code) == (3, 0)
    assert "refused by kill_switch: trading is halted: lunch" in refused.out


def test_cancel_of_all_leaves_none_open(run: Run) -> None:
    run(*BUY)
    run(*BUY)

    run("portfolio", "cancel", "all", "--data-dir", DATA)

    assert told(run, "portfolio", "orders") == []
    assert len(told(run, "portfolio", "orders", "--all")) == 2


def test_list_taken_over_twice_is_taken_over_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("Symbol,Qty,Entry_Price\nAAPL,10,90\nbtcusdt,-0.5,60000\n")

    first = told(run, "portfolio", "import", "old.csv")
    second = told(run, "portfolio", "import", "old.csv")

    assert (first["taken"], second["taken"]) == (2, 0)
    held = {row["symbol"]: row for row in told(run, "portfolio", "show")["positions"]}
    assert set(held) == {"US:AAPL", "BINANCE-USDM:BTCUSDT"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "no column symbol"),
        ("symbol,quantity,price\nAAPL,ten,1\n", "row 2"),
        ("symbol,quantity,price\nAAPL,1,-1\n", "above 0"),
    ],
)
def test_list_that_cannot_be_read_names_the_row(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "old.csv").write_text(text)

    run("portfolio", "import", "old.csv", "--data-dir", DATA).refused(2, said)


def test_list_adds_up_to_what_is_held(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "symbol,quantity,price\nAAPL,10,90\nAAPL,'-4,95\nKO,1,70\nKO,-1,71\n"
    )

    ended = run("portfolio", "show", "--file", "p.csv", "--json")

    assert json.loads(ended.out) == {"AAPL": "6"}


def test_fills_and_export_are_of_the_account(run: Run, tmp_path: Path) -> None:
    run(*BUY, "--fill-at-price")

    fills = told(run, "portfolio", "fills")
    run("portfolio", "export", "rep", "--data-dir", DATA)

    assert [fill["quantity"] for fill in fills] == ["2"]
    assert sorted(path.name for path in (tmp_path / "rep").glob("*.csv")) == [
        "orders.csv",
        "pnl.csv",
        "portfolio.csv",
    ]


def test_idea_of_the_playbook_is_ordered_once(run: Run, tmp_path: Path) -> None:
    playbook = Playbook(
        session="2026-11-20",
        known_ns=0,
        made_ns=0,
        inputs="a",
        weights={},
        top_n=1,
        entries=(entry(SHARES),),
    )
    PlaybookFiles(tmp_path / DATA).put(playbook)
    write_quote(tmp_path / DATA, "US:SPY", SystemClock().now_ns(), bid=229.0, ask=230.0)

    first = told(run, "broker", "PLAYBOOK", "SPY")
    told(run, "broker", "PLAYBOOK", "idea:2026-11-20:SPY")

    assert (first["id"], first["filled"], first["strategy"]) == (
        "idea:2026-11-20:SPY",
        "7",
        "long_shares",
    )
    assert len(told(run, "portfolio", "fills")) == 1


def test_symbol_that_the_playbook_has_not_is_named(run: Run, tmp_path: Path) -> None:
    run("broker", "PLAYBOOK", "KO", "--data-dir", DATA).refused(4, "quantdeck playbook")
