"""Websocket and REST clients that keep going: back-off, limits, receipt stamps. Knows no vendor.

A vendor gives a `Session` (what to send, how to read, when to give up), and `Connection` does the rest:
connecting, pacing, noticing silence, backing off, and replacing a socket before it expires.
"""
