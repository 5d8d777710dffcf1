"""The seams between the pure rooms and the world: protocols only, no code that runs."""
