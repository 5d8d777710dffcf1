"""The demo has years of prices soon after its start, and says where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.end_to_end.deck_process import DeckProcess, quantdeck

if TYPE_CHECKING:
    from pathlib import Path

_COIN = "BINANCE-USDM:BTCUSDT"


def test_demo_has_years_of_a_stock_and_a_coin_and_keeps_them(tmp_path: Path) -> None:
    deck = DeckProcess("up", "--demo", "--port", "0", "--data-dir", "data", folder=tmp_path)
    try:
        for symbol in ("US:SPY", _COIN):
            found = deck.until(lambda s=symbol: _history(deck, s))
            assert found["trust"]["word"] == "demo"
            assert len(found["rows"]) >= 500

        def kept() -> list[dict[str, Any]]:
            rows = deck.ask("/api/v1/panels/exports.history").json["rows"]
            symbols = {row["symbol"] for row in rows if row["interval"] == "1d"}
            return rows if {"US:SPY", _COIN} <= symbols else []

        row = next(row for row in deck.until(kept) if row["id"] == "US:SPY/1d")
        assert row["delay"] == "simulated"
        lines = deck.ask(row["csv"]).body.decode().splitlines()
        assert len(lines) == row["rows"] + 1
    finally:
        code = deck.stop()
        deck.close()

    listed = quantdeck("history", "list", "--demo", "--data-dir", "data", folder=tmp_path)
    assert code == 0, deck.errors()
    assert "US:SPY 1d: 2,5" in listed.stdout
    assert list((tmp_path / "data").rglob("*.tmp")) == []


def _history(deck: DeckProcess, symbol: str) -> dict[str, Any] | None:
    answer = deck.ask(f"/api/v1/history/{symbol}?lookback=500")
    return answer.json if answer.status == 200 else None
