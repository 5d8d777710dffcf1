"""How well rows out of sample were foretold, with how far each figure can be trusted."""

from quantdeck.research.judge.judgement import judge
from quantdeck.research.judge.ranking import area_under_curve, rank_correlations, session_areas

__all__ = ["area_under_curve", "judge", "rank_correlations", "session_areas"]
