"""``quantdeck evaluator``, in this process, on quotes of a tape."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.hub.paper_terms import terms_of
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.records.open import open_records
from quantdeck.tape.open import open_writer
from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.by_hand import stated
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import single

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

BTC = "BINANCE-USDM:BTCUSDT"
NS = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An account that has bought one coin for 100."""
    clock = SystemClock()
    ticket = single("t1", Side.BUY, BTC, 1, placed_ns=clock.now_ns())
    placed = journal.Placed(ts_ns=clock.now_ns(), ticket=ticket, terms=(terms_of(BTC),))
    events = [
        journal.Deposited(ts_ns=clock.now_ns() - NS, money=Decimal(1000)),
        *stated(Account(), [placed], ticket, Decimal(100)),
    ]
    records = open_records(tmp_path / "data")
    records.accounts.append("paper", events, expected=0)
    records.close()
    return tmp_path / "data"


def quote(folder: Path, bid: float, *, age_s: float = 0.0) -> None:
    instruments = InstrumentTable()
    writer = open_writer(folder, instruments, clock=SystemClock())
    rows = np.zeros(1, DTYPES[Kind.QUOTE])
    rows["symbol"] = instruments.id_of(BTC)
    rows["ts_event"] = rows["ts_recv"] = SystemClock().now_ns() - int(age_s * NS)
    rows["seq"], rows["bid"], rows["ask"] = 1, bid, bid + 1.0
    rows["bid_size"] = rows["ask_size"] = 10.0
    writer.append_wait(Batch(Kind.QUOTE, rows, Provenance("x", Delay.REALTIME, RunId("test"))))
    writer.close()


def test_loss_is_closed_at_the_taped_quote_and_listed(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANTDECK_PAPER__FRESH_S", "3600")
    quote(folder, 80.0)
    told = ("--stop-loss", 0.1, "--confirm", 0, "--pnl-file", folder / "pnl.csv")

    ended = run("evaluator", "--once", "--data-dir", folder, *told)

    records = open_records(folder)
    account = Account.of(records.accounts.events("paper"))
    alerts = records.alerts.fired(limit=9)
    records.close()
    assert ended.code == 0
    assert "closed by stop_loss: a loss of 20.0 % of its cost, beyond 10.0 %" in ended.err
    assert account.positions() == {}
    assert account.order("exit:t1:1").paid == -80
    assert (folder / "pnl.csv").read_text().count(BTC) == 1
    assert {alert.rule_name for alert in alerts} == {"paper entry", "paper exit"}


def test_stale_quote_closes_nothing_and_says_so(folder: Path, run: Run) -> None:
    quote(folder, 80.0, age_s=60.0)

    told_how = ("--json", "--stop-loss", 0.1, "--confirm", 0)

    ended = run("evaluator", "--once", "--data-dir", folder, *told_how)

    (line,) = ended.out.splitlines()
    told = json.loads(line)
    assert ended.code == 0
    assert told["value"] is None
    assert "s old: its price decides nothing meanwhile" in told["says"]
    assert told["rules"]["stop_loss"] == 0.1


def test_account_without_positions_is_told(tmp_path: Path, run: Run) -> None:
    ended = run("evaluator", "--once", "--data-dir", tmp_path / "data")

    assert ended.code == 0
    assert "account paper holds nothing" in ended.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--stop-loss", "10"), "--stop-loss is a share of the cost, such as 0.1"),
        (("--take-profit", "0"), "--take-profit is above 0"),
        (("--every", "0"), "--every is from 0.1 s"),
    ],
)
def test_flags_that_make_no_sense_are_refused(
    tmp_path: Path, run: Run, flags: tuple[str, str], words: str
) -> None:
    run("evaluator", "--once", "--data-dir", tmp_path / "data", *flags).refused(2, words)
