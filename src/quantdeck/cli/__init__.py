"""The command line: one command, one file, no logic; heavy rooms load inside the command."""
