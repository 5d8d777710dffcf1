"""Write ten minutes of simulated trades onto a tape and ask it in SQL.

python examples/03_sql_over_the_tape.py
"""

from __future__ import annotations

import tempfile

import numpy as np

from quantdeck.model.events import TRADE_DTYPE, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.sims.market import Market
from quantdeck.tape.open import open_reader, open_writer

START_MS = 1_786_147_200_000
SECONDS = 600
QUESTION = """
    SELECT symbol, date_trunc('minute', time) AS minute, count(*) AS trades,
           arg_max(price, (ts_event, seq)) AS close, round(sum(size), 3) AS volume
    FROM trades GROUP BY ALL ORDER BY symbol, minute
"""


def trades(market: Market, symbol: str, symbol_id: int) -> np.ndarray:
    """Return one trade a second."""
    end_ms = START_MS + SECONDS * 1000
    rows = np.zeros(SECONDS, TRADE_DTYPE)
    rows["ts_event"] = np.arange(START_MS, end_ms, 1000) * 1_000_000
    rows["ts_recv"] = rows["ts_event"] + 8_000_000
    rows["seq"] = np.arange(SECONDS)
    rows["price"] = np.exp(market.truth.log_prices(symbol, START_MS, end_ms)).round(2)
    rows["size"] = 0.01
    rows["symbol"] = symbol_id
    return rows


def main() -> None:
    """Write, then ask."""
    market, instruments = Market(seed=7, began_ms=START_MS), InstrumentTable()
    provenance = Provenance("binance-usdm", Delay.SIMULATED, RunId("example"))
    with tempfile.TemporaryDirectory() as folder:
        tape = open_writer(folder, instruments, clock=SystemClock())
        for root in ("BTCUSDT", "ETHUSDT"):
            rows = trades(market, root, instruments.id_of(f"BINANCE-USDM:{root}"))
            tape.append_wait(Batch(Kind.TRADE, rows, provenance))
        tape.sync()  # on the disk now; a reader in any process finds it
        for row in open_reader(folder).sql(QUESTION, timeout_s=10, max_rows=8).to_pylist():
            print(*(f"{value!s:<26}" for value in row.values()))
        tape.close()


if __name__ == "__main__":
    main()
