"""Settings of the box-spread desk."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from quantdeck.analytics.boxes.types import BoxRules

Positive = Annotated[int, Meta(ge=1)]
Fraction = Annotated[float, Meta(gt=0)]


class Boxes(msgspec.Struct, frozen=True, kw_only=True):
    """Which boxes are looked at, and how often."""

    source: Annotated[
        Literal["auto", "alpaca", "tastytrade"],
        Meta(description="vendor of the chains; auto takes the one that is enabled"),
    ] = "auto"
    tickers: Annotated[tuple[str, ...], Meta(description="underlyings")] = ("SPX",)
    expiries_per_ticker: Annotated[
        Positive | None, Meta(description="nearest expiries of each root; all if None")
    ] = 40
    min_volume: Annotated[
        float, Meta(ge=0, description="contracts traded today that every leg of a box needs")
    ] = 0
    min_open_interest: Annotated[
        float, Meta(ge=0, description="open contracts that every leg of a box needs")
    ] = 0
    min_strike_gap: Annotated[float, Meta(ge=0, description="least width of a box [points]")] = 0
    max_strike_gap: Annotated[
        Fraction | None, Meta(description="greatest width of a box, any if None [points]")
    ] = None
    price_selector: Annotated[
        Literal["natural", "mid"],
        Meta(description="prices of the best boxes: natural can be traded at once, mid cannot"),
    ] = "natural"
    max_abs_rate: Annotated[
        float, Meta(gt=0, description="boxes beyond this rate, of either sign, are no offers")
    ] = 0.25
    max_standard_error: Annotated[
        float, Meta(gt=0, description="rates less certain than this are imprecise")
    ] = 0.0015
    max_leg_age_seconds: Annotated[
        Fraction | None,
        Meta(
            description="older quotes do not count; if None, 300 in a deck and no limit elsewhere [s]"
        ),
    ] = None
    fee_per_contract: Annotated[
        float, Meta(ge=0, description="commission and fees of one contract of one leg [cash]")
    ] = 0
    min_moneyness: Annotated[
        float, Meta(ge=0, description="lowest strike that counts, as a multiple of the forward")
    ] = 0
    max_moneyness: Annotated[
        Fraction | None, Meta(description="highest such strike; no limit if None")
    ] = None
    settle_days: Annotated[
        int, Meta(ge=0, le=5, description="business days from trade to payment of the price")
    ] = 1
    cash_days: Annotated[
        int, Meta(ge=0, le=5, description="business days from expiry to payment of the payoff")
    ] = 1
    tenors_days: Annotated[
        tuple[Positive, ...], Meta(description="constant tenors kept in the history [days]")
    ] = (30, 91, 182, 365, 730, 1095)
    benchmarks: Annotated[
        str | None, Meta(description="CSV file of Treasury or SOFR rates to compare with")
    ] = None
    alert_above_bp: Annotated[
        float | None,
        Meta(description="alert when a tenor lies more above the benchmark; never if None [bp]"),
    ] = None
    alert_below_bp: Annotated[
        float | None,
        Meta(description="alert when a tenor lies less above the benchmark; never if None [bp]"),
    ] = None
    update_interval_seconds: Annotated[
        float, Meta(ge=1, description="the collector takes a snapshot so often [s]")
    ] = 60
    max_snapshots_retained: Annotated[
        Positive, Meta(description="snapshots kept of each source and ticker")
    ] = 500
    surface_history_minutes: Annotated[
        Positive,
        Meta(description="surfaces show no quote that is so much older than the newest [min]"),
    ] = 60
    use_stream: Annotated[
        bool, Meta(description="stream quotes, where the page would else follow the collector")
    ] = True
    record_quotes: Annotated[
        bool,
        Meta(
            description="put every streamed quote on the tape, too: a file a contract, thousands a "
            "day; snapshots are kept in any case"
        ),
    ] = False
    update_ms: Annotated[
        int, Meta(ge=100, le=60_000, description="refresh of the page's box panels [ms]")
    ] = 1000

    def rules(self) -> BoxRules:
        """Return the part that the mathematics asks for."""
        from quantdeck.analytics.boxes.types import BoxRules, PriceSelector

        return BoxRules(
            fee_per_contract=self.fee_per_contract,
            min_gap=self.min_strike_gap,
            max_gap=math.inf if self.max_strike_gap is None else self.max_strike_gap,
            min_volume=self.min_volume,
            min_open_interest=self.min_open_interest,
            max_leg_age_s=self.max_leg_age_seconds,
            max_abs_rate=self.max_abs_rate,
            max_se=self.max_standard_error,
            lowest=self.min_moneyness,
            highest=math.inf if self.max_moneyness is None else self.max_moneyness,
            settle_days=self.settle_days,
            cash_days=self.cash_days,
            price_selector=PriceSelector(self.price_selector),
        )
