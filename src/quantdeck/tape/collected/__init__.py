"""Records that are collected beside prices, in one SQLite file."""
