"""Settings of the studies of risk and portfolios."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from quantdeck.hub.risk_parts import RiskParts
from quantdeck.model.errors import ConfigError

Level = Annotated[float, Meta(gt=0.5, lt=1)]


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """How risk is studied where a page or a request does not say."""

    confidence_levels: Annotated[
        tuple[Level, ...],
        Meta(description="of value at risk and expected shortfall; the first is shown first"),
    ] = (0.95, 0.975, 0.99)
    lookback_bars: Annotated[
        int, Meta(ge=20, le=20_000, description="newest bars studied; 252 sessions are a year")
    ] = 1260
    rolling_bars: Annotated[
        int, Meta(ge=5, le=2000, description="returns in a window of the rolling figures")
    ] = 63
    forecast_bars: Annotated[
        int, Meta(ge=20, le=5000, description="returns that a forecast of the back-test knows")
    ] = 250
    risk_free: Annotated[
        float, Meta(ge=-0.1, le=1, description="riskless rate, effective annual, as a decimal")
    ] = 0.0
    kelly_cap: Annotated[
        float, Meta(gt=0, le=100, description="largest leverage of Kelly's capped fraction")
    ] = 1.0

    def parts(self) -> RiskParts:
        """Return what a machine is told of it.

        Raises
        ------
        ConfigError
            If there is no confidence level, or one is there twice.
        """
        levels = self.confidence_levels
        if not levels or len(set(levels)) < len(levels):
            raise ConfigError(
                f"risk.confidence_levels must name at least one level, each once; was {list(levels)}"
            )
        return RiskParts(
            levels=levels,
            lookback=self.lookback_bars,
            rolling=self.rolling_bars,
            window=self.forecast_bars,
            annual_rate=self.risk_free,
            kelly_cap=self.kelly_cap,
        )
