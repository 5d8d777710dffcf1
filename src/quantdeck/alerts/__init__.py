"""The language of alert rules, and what evaluates them."""
