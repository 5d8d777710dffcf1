"""Adapters to engines that take over where one machine is outgrown."""
