"""Settings of the playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from quantdeck.model.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from quantdeck.research.playbook.inputs import PlaybookRules


class PlaybookWeights(msgspec.Struct, frozen=True, kw_only=True):
    """Weights of the factors of the score; 0 leaves one out, below 0 turns it round."""

    prob_up: Annotated[float, Meta(description="probability that the model gives")] = 0.4
    momentum: Annotated[float, Meta(description="return over the last months")] = 0.2
    news_sent: Annotated[float, Meta(description="sentiment of the news")] = 0.15
    iv_edge: Annotated[float, Meta(description="implied less realized volatility")] = 0.1
    uoa: Annotated[float, Meta(description="unusual option activity")] = 0.1
    garch_spike: Annotated[
        float, Meta(description="volatility forecast above its own average")
    ] = -0.05


class PlaybookSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How ``quantdeck playbook`` and the Playbook page score symbols and size trades."""

    weights: PlaybookWeights = msgspec.field(default_factory=PlaybookWeights)
    top_n: Annotated[int, Meta(ge=1, le=200, description="symbols that get a trade")] = 10
    risk_per_trade: Annotated[
        float, Meta(gt=0, description="most that any trade may lose [currency]")
    ] = 1000.0
    max_risk: Annotated[
        dict[str, float],
        Meta(
            description="most that a trade of a strategy may lose, by name, such as call, condor or "
            "default; in the environment as call=100,condor=50 [currency]"
        ),
    ] = {}
    edge: Annotated[
        float,
        Meta(gt=0, lt=0.5, description="distance of a probability from one half that is a view"),
    ] = 0.02
    lean: Annotated[
        float,
        Meta(gt=0, description="mean z of momentum and news that is a view where no model has one"),
    ] = 0.5
    rich_iv_edge: Annotated[
        float, Meta(description="iv_edge from which on options are dear [1/sqrt(year)]")
    ] = 0.05
    cheap_iv_edge: Annotated[
        float, Meta(description="iv_edge up to which options are cheap [1/sqrt(year)]")
    ] = 0.0
    days: Annotated[
        float, Meta(ge=1, le=120, description="to the expiry that is looked for [days]")
    ] = 35.0
    least_days: Annotated[
        float, Meta(ge=0, le=120, description="to the nearest expiry that will do [days]")
    ] = 5.0
    max_quote_age_s: Annotated[
        float,
        Meta(
            gt=0,
            description="quotes older than that, as long as the market was open, do not count [s]",
        ),
    ] = 900.0
    max_chain_age_days: Annotated[
        float, Meta(gt=0, description="older chains are not used [days]")
    ] = 4.0
    max_spread: Annotated[
        float, Meta(gt=0, description="quotes with a larger share of spread do not count")
    ] = 0.5

    def most_at_risk(self, strategy: str) -> float | None:
        """Return the limit of a strategy, or that of any; None where there is none. [currency]."""
        from quantdeck.trading.max_risk import max_risk_of

        limits = {name.lower(): limit for name, limit in self.max_risk.items()}
        name, limit = max_risk_of(limits, (strategy,))
        return limit if name else None

    def rules(self) -> PlaybookRules:
        """Return what a playbook is made by.

        Raises
        ------
        ConfigError
            If all weights are 0, or options would be dear and cheap at once.
        """
        # Most commands read the settings and make no playbook.
        from quantdeck.research.playbook.inputs import PlaybookRules
        from quantdeck.research.playbook.rules import Thresholds
        from quantdeck.research.playbook.sizes import RiskLimits
        from quantdeck.research.playbook.strikes import ChainRules

        try:
            return PlaybookRules(
                weights=msgspec.structs.asdict(self.weights),
                top_n=self.top_n,
                thresholds=Thresholds(
                    edge=self.edge,
                    lean=self.lean,
                    rich=self.rich_iv_edge,
                    cheap=self.cheap_iv_edge,
                ),
                chains=ChainRules(
                    days=self.days,
                    least_days=self.least_days,
                    max_quote_age_s=self.max_quote_age_s,
                    max_chain_age_days=self.max_chain_age_days,
                    max_spread=self.max_spread,
                ),
                limits=RiskLimits(
                    per_trade=self.risk_per_trade,
                    by_strategy={name.lower(): limit for name, limit in self.max_risk.items()},
                ),
            )
        except BadInput as error:
            raise ConfigError(f"section playbook: {error}") from error
