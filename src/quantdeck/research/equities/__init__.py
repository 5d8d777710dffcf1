"""Portfolios of many symbols, traded once a session: what a strategy would have made after costs."""
