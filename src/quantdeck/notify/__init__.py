"""Ways to tell somebody outside the page: console, Slack, webhook, e-mail."""
