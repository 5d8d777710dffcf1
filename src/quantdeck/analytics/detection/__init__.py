"""What is out of the ordinary, each against its own past: trades, stories, option activity."""
