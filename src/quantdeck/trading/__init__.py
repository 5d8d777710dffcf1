"""Orders, fills, costs and the ledger; the same for backtests and paper trading."""
