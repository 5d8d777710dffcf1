"""Backtests of a pair: rules, signals, trades, sweeps, and what an out-of-sample test leaves."""
