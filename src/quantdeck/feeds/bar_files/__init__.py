"""Bars of years from files that people have: CSV as most sources write it, and LEAN's daily files."""

from __future__ import annotations

from quantdeck.feeds.bar_files.csv_bars import BarFile, read_csv_bars
from quantdeck.feeds.bar_files.lean import is_lean, read_lean

__all__ = ["BarFile", "is_lean", "read_csv_bars", "read_lean"]
