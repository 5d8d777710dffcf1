"""The running machine: events come in, state is kept, topics go out, tasks are supervised.

Decides when things run; computes nothing itself and knows feeds and tape only by their ports.
"""
