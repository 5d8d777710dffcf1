"""Alpaca: options and their underlyings, by stream and by REST; needs a key."""
