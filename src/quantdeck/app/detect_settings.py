"""Settings of detection: what is out of the ordinary, and how often somebody is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from quantdeck.jobs.detect import DetectRules


class DetectSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What ``quantdeck detect`` and the deck call out of the ordinary, each against its own past."""

    every_h: Annotated[
        float,
        Meta(
            gt=0,
            le=720,
            description="hours of trading in which an order as large is met once [h]",
        ),
    ] = 8.0
    window_days: Annotated[
        float, Meta(gt=0, le=60, description="how far back a symbol's own orders count [days]")
    ] = 5.0
    least_notional: Annotated[
        float, Meta(ge=0, description="smaller orders are never told [quote currency]")
    ] = 50_000.0
    least_news: Annotated[
        float,
        Meta(
            ge=0,
            description="lowest score of a story; 1 is a neutral one about a watched symbol alone",
        ),
    ] = 1.0
    least_contracts: Annotated[
        float, Meta(ge=0, description="traded of an option, less is never told [contracts]")
    ] = 200.0
    least_premium: Annotated[
        float, Meta(ge=0, description="paid for an option, less is never told [currency]")
    ] = 50_000.0
    notify: Annotated[
        bool, Meta(description="tell the channels that are set up, beside the page")
    ] = True
    pause_min: Annotated[
        float, Meta(ge=0, le=1440, description="between two messages; meanwhile they gather [min]")
    ] = 15.0

    def rules(self) -> DetectRules:
        """Return what is out of the ordinary."""
        # Most commands read the settings and detect nothing.
        from quantdeck.analytics.detection.fresh_news import NewsRules
        from quantdeck.analytics.detection.large_trades import TradeRules
        from quantdeck.analytics.detection.unusual_options import OptionActivityRules
        from quantdeck.jobs.detect import DetectRules

        return DetectRules(
            trades=TradeRules(every_h=self.every_h, least=self.least_notional),
            news=NewsRules(least=self.least_news),
            options=OptionActivityRules(
                least_contracts=self.least_contracts, least_premium=self.least_premium
            ),
            window_days=self.window_days,
        )
