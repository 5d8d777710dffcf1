"""HTTP and WebSocket: parse, call, encode.

Everything the routes need of the running machine is in `quantdeck.api.deck.Deck`; what they may do
is decided in `quantdeck.api.security`.
"""
