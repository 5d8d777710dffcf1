"""Features, the daily model and its judgement, backtests, and what can be learnt from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quantdeck.research.training import train

__all__ = ["train"]


def __getattr__(name: str) -> Any:
    # Who backtests a pair does not wait for what a model needs.
    if name == "train":
        from quantdeck.research.training import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
