"""Put the built page into the wheel and the source archive."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface[Any]):
    """Build ui/ into src/quantdeck/web/ before files are collected.

    An editable install is left alone: `scripts/build-page` serves a checkout. A source archive
    carries the built page, so that installing from it needs no Node.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is there and belongs to the sources."""
        del build_data
        if version == "editable":
            return
        script = runpy.run_path(str(Path(self.root) / "scripts" / "build-page"))
        try:
            script["build"]()
        except script["BuildError"] as error:
            self.app.abort(str(error))
