"""Executors: in this process, in others of this machine, and on an existing Ray cluster."""
