"""Bars of years and corporate actions on disk, with where every bar comes from."""
