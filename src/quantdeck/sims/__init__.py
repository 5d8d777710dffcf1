"""Markets that never were: one seeded price process and loopback servers speaking vendors' protocols.

A simulator is written from the vendor's documents and knows nothing of `quantdeck.feeds`, so that
each can judge the other. Everything it says is a function of a seed and the time.
"""
