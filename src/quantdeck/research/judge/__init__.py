"""How well rows out of sample were foretold, with how far each figure can be trusted."""

from quantdeck.research.judge.judgement import gain_of, judge, quick_figure
from quantdeck.research.judge.ranking import area_under_curve, rank_correlations, session_areas

__all__ = [
    "area_under_curve",
    "gain_of",
    "judge",
    "quick_figure",
    "rank_correlations",
    "session_areas",
]
