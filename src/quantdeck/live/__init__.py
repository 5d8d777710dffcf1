"""What is known right now, one event at a time: rings, sequences, bars, quotes, ages and rates.

Everything here is pure state fed with rows and with the time; nothing reads a clock or a socket.
All of it is written and read on one event loop and takes no locks.
"""
