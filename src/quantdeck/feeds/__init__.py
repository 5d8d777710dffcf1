"""Vendors of market data, one package each: wire formats, decoding, sessions and history.

A vendor's own spelling of symbols, fields and errors ends here. Each package has the same files:
``wire`` (the vendor's messages), ``decode`` (messages to events), ``session`` (the dialogue on one
socket, without the socket), ``requests`` and ``history`` (REST) and ``feed`` (all of it together).
"""
