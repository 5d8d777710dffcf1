"""Tables of features on disk, and those that a person names."""
