"""Loopback servers that speak as Binance USD-M futures and Binance spot do."""
