"""Where features come from: what is kept below a data folder, and files of a person's own features."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.app.memory_free import free_memory
from quantdeck.jobs.features import FeatureSources
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.features.store import TableStore
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadInput,
    ImportError,
    LookupError,
    NameError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
)


def feature_sources(settings: Settings, folder: Path) -> FeatureSources:
    """Return what features are made of; registers those of `research.features_files` as well.

    Parameters
    ----------
    settings : Settings
        Names the files.
    folder : Path
        Data folder, or that of the demo.

    Raises
    ------
    ConfigError
        If a file of features is not there, or fails.
    """
    load_own_features(settings)
    return FeatureSources(
        histories=BarStore(folder),
        collected=RecordStore(folder),
        chains=ChainStore(folder),
        figures=TableStore(folder),
        room=free_memory,
    )


def load_own_features(settings: Settings) -> None:
    """Run the Python files that the settings name, whose features are registered thereby.

    A file is run once in a process. Nothing is run that is not named in the settings.

    Raises
    ------
    ConfigError
        If a file is not there, or fails; names it and says why.
    """
    for name in settings.research.features_files:
        path = Path(name).expanduser().resolve()
        module_name = f"quantdeck_features_{path.stem}"
        known = sys.modules.get(module_name)
        if known is not None and known.__file__ == str(path):
            continue
        if not path.is_file():
            raise ConfigError(
                f"research.features_files names {name}, and there is no such file; correct the path"
            )
        spec = importlib.util.spec_from_file_location(module_name, path)
        if spec is None or spec.loader is None:
            raise ConfigError(
                f"research.features_files names {name}, which is no Python file (.py)"
            )
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        try:
            spec.loader.exec_module(module)
        except _FAILURES as error:
            del sys.modules[module_name]
            raise ConfigError(
                f"research.features_files: {name} failed: {type(error).__name__}: {error}"
            ) from error
