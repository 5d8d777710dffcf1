"""Settings of the daily model and of what is made of it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Research(msgspec.Struct, frozen=True, kw_only=True):
    """How features are built and models are trained where a command or a request does not say."""

    symbols: Annotated[
        tuple[str, ...],
        Meta(description="of the daily model; nothing named takes all with daily bars kept"),
    ] = ()
    target: Annotated[
        Literal["up", "beats_median"],
        Meta(description="what the model foretells: a positive return, or one above the median"),
    ] = "up"
    horizon: Annotated[int, Meta(ge=1, le=63, description="sessions ahead")] = 1
    seed: Annotated[int, Meta(ge=0, description="of everything drawn")] = 7
    folds: Annotated[
        int, Meta(ge=2, le=40, description="test spans of the walk forward that judges a model")
    ] = 8
    params: Annotated[
        dict[str, float | bool],
        Meta(
            description="of LightGBM, by its own names, such as num_leaves; "
            "those not named are as in docs/how-to/train-a-model.md"
        ),
    ] = {}
    features_files: Annotated[
        tuple[str, ...],
        Meta(
            description="Python files with features of your own, registered by @feature; they are run"
        ),
    ] = ()
    reports_dir: Annotated[
        str,
        Meta(
            description="where dashboards, scoreboard.csv, portfolio.csv and pnl.csv are written; "
            "reports beside data_dir where empty"
        ),
    ] = ""
