from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.app.taped_tops import newest_tops
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_writer
from quantdeck.trading.books import Top

if TYPE_CHECKING:
    from pathlib import Path

BTC, ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
WHERE = Provenance("binance-usdm", Delay.REALTIME, RunId("test"))
NS = 1_000_000_000


def test_newest_tops_are_the_last_quotes_on_the_tape_at_their_own_age(tmp_path: Path) -> None:
    instruments = InstrumentTable()
    writer = open_writer(tmp_path, instruments, clock=SystemClock())
    rows = np.zeros(2, DTYPES[Kind.QUOTE])
    rows["symbol"] = instruments.id_of(BTC)
    rows["ts_event"] = rows["ts_recv"] = [10 * NS, 12 * NS]
    rows["seq"] = [1, 2]
    rows["bid"], rows["ask"] = [99.0, 98.0], [101.0, 100.0]
    rows["bid_size"], rows["ask_size"] = [1.0, 2.0], [3.0, np.nan]
    writer.append_wait(Batch(Kind.QUOTE, rows, WHERE))
    writer.close()

    found = newest_tops(tmp_path, [BTC, ETH], now_ns=60 * NS)

    assert found == {BTC: Top(BTC, 12 * NS, 98.0, 100.0, 2.0, None)}


def test_newest_tops_of_an_empty_folder_are_none(tmp_path: Path) -> None:
    assert newest_tops(tmp_path, [BTC, "OPRA:AAPL261218C00100000"], now_ns=1) == {}
