"""Trades from files that people bring: CSV and NDJSON, packed with gzip or not."""
