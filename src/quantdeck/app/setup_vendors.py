"""The vendors and channels that setting up is about, and the keys of each."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.app.credentials import key_hint
from quantdeck.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Key:
    """A key: the names that are read, the first of which is written, and what its vendor calls it."""

    names: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor or a channel; as `quantdeck.ports.setup.VendorState`."""

    id: str
    title: str
    about: str
    hint: str = ""
    keys: tuple[Key, ...] = ()
    switch: str = ""
    symbols: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every environment variable that may hold one of its keys."""
        return tuple(name for key in self.keys for name in key.names)


SLACK = "slack"
"""The channel that is checked by a message."""

_SLACK_HINT = (
    "add the app Incoming Webhooks to a channel of your Slack and paste its address, which begins "
    "with https://hooks.slack.com/"
)

_ALL = (
    Vendor(
        "binance",
        "Binance",
        "Live trades, quotes and marks of coins, around the clock. No key is needed.",
        switch="feeds.binance_usdm.enabled",
        symbols="feeds.binance_usdm.symbols",
    ),
    Vendor(
        "alpaca",
        "Alpaca",
        "Stocks, option chains and news; a free account gives one venue's prices.",
        key_hint("alpaca"),
        (Key(("ALPACA_API_KEY",), "API key"), Key(("ALPACA_API_SECRET",), "API secret")),
        "feeds.alpaca.enabled",
        "feeds.alpaca.symbols",
    ),
    Vendor(
        "tastytrade",
        "Tastytrade",
        "Option chains and real-time quotes for customers of the broker.",
        key_hint("tastytrade"),
        (
            Key(("TT_CLIENT_SECRET", "TT_SECRET"), "Client secret"),
            Key(("TT_REFRESH_TOKEN", "TT_REFRESH"), "Refresh token"),
        ),
        "feeds.tastytrade.enabled",
    ),
    Vendor(
        "polygon",
        "Massive (Polygon.io)",
        "Histories, reference data and streams of US stocks, as far as the plan goes.",
        key_hint("polygon"),
        (Key(("MASSIVE_API_KEY", "POLYGON_API_KEY"), "API key"),),
        symbols="feeds.polygon.symbols",
    ),
    Vendor(
        "yahoo",
        "Yahoo Finance",
        "Daily prices of years and delayed option chains. No key, but the extra quantdeck[yahoo].",
        switch="feeds.yahoo.enabled",
    ),
    Vendor(
        "newsapi",
        "NewsAPI",
        "Headlines of business beside the vendors' own news.",
        key_hint("newsapi"),
        (Key(("NEWS_API_KEY",), "API key"),),
    ),
    Vendor(
        SLACK,
        "Slack",
        "Alerts and the summary of the daily run, in a channel of yours.",
        _SLACK_HINT,
        (Key(("SLACK_WEBHOOK_URL",), "Webhook address"),),
    ),
)
VENDORS = {vendor.id: vendor for vendor in _ALL}
"""By their ids, in the order in which they are shown."""


def vendor_of(name: str) -> Vendor:
    """Return a vendor.

    Raises
    ------
    BadInput
        If there is none of that name.

    Examples
    --------
    >>> vendor_of("polygon").names
    ('MASSIVE_API_KEY', 'POLYGON_API_KEY')
    """
    found = VENDORS.get(name)
    if found is None:
        raise BadInput(f"there is no vendor {name[:40]!r}; there are {', '.join(VENDORS)}")
    return found
