"""The option market behind the simulators of brokers: indices, chains on them, and what was planted."""
