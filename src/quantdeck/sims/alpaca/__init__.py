"""A loopback Alpaca: market data, contracts and calendar over REST; option, stock and news streams."""
