"""What to look at tomorrow: symbols scored and explained, each with a trade, its odds and its size."""
