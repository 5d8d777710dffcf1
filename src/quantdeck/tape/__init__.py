"""The tape: market events on disk, written by one process and read by any.

Events are appended to a write-ahead segment (`segment`, `writer`), sealed into sorted Parquet
(`seal`) and named by the manifest (`manifest`); a reader (`reader`, `query`) puts the sealed files
and the unsealed segments together without a lock. `quantdeck.tape.open` has the two ways in.
"""
