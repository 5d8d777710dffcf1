"""Option chains on disk: files of vendors and of our own read into snapshots, and snapshots kept."""
