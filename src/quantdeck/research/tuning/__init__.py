"""Search for the parameters of a model, with what the choosing itself makes of the best figure."""

from quantdeck.research.tuning.search import tune
from quantdeck.research.tuning.trials import METRICS, Search, Trial, TrialState, Tuned, study_id

__all__ = ["METRICS", "Search", "Trial", "TrialState", "Tuned", "study_id", "tune"]
