"""How long Alpaca's connections wait for what."""

from __future__ import annotations

from quantdeck.net.link import Patience

PATIENCE = Patience(
    ping_after_s=10.0, pong_within_s=5.0, proven_after_s=60.0, longest_backoff_s=30.0
)
"""The vendor's own client pings every ten seconds and waits five for the answer."""
