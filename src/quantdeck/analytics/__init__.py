"""Arrays in, arrays or frozen results out: the mathematics of the deck.

No input or output, no clocks, no global state. Times enter as int64 nanoseconds UTC, prices as
float64; an absent value is NaN in an array and None in a result. Misuse raises `BadInput`; a
question with too little data to answer raises `NoData`.

Importing a module here is cheap: kernels are compiled, or loaded from the cache on disk, when they
are first called. `quantdeck.analytics.kernels.known_kernels` lets them be compiled ahead of time.
"""
