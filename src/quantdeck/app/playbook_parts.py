"""The playbook of a deck: where its features, models and chains are, and where it is kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from quantdeck.hub.playbook_parts import PlaybookParts
from quantdeck.jobs.playbook import PlaybookRequest, PlaybookStores, make_and_keep
from quantdeck.records.models import FOLDER as MODELS
from quantdeck.records.models import FolderModels
from quantdeck.records.playbooks import PlaybookFiles
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.features.store import TableStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.research.playbook.entry import Playbook
    from quantdeck.research.playbook.inputs import Chain, PlaybookRules


def playbook_stores(folder: Path) -> PlaybookStores:
    """Return what playbooks are made from, and where they are kept.

    Parameters
    ----------
    folder : Path
        Data folder, or that of the demo.
    """
    return PlaybookStores(
        tables=TableStore(folder),
        models=FolderModels(folder / MODELS),
        chains=ChainStore(folder),
        playbooks=PlaybookFiles(folder),
    )


def playbook_parts(settings: Settings, folder: Path) -> PlaybookParts:
    """Return what the playbook desk of a deck is made of.

    Parameters
    ----------
    settings : Settings
        The section ``playbook``.
    folder : Path
        Of the tape.

    Raises
    ------
    ConfigError
        If the section makes no playbook.
    """
    stores = playbook_stores(folder)
    return PlaybookParts(stores.playbooks, partial(_make, stores, settings.playbook.rules()))


def _make(
    stores: PlaybookStores, rules: PlaybookRules, now_ns: int, live: Mapping[str, Chain]
) -> Playbook:
    return make_and_keep(stores, rules, PlaybookRequest(now_ns=now_ns, live=live))
