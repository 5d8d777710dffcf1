"""The simulated stock market that several simulators share: prices, actions, news, options."""
