"""NewsAPI: headlines of many publishers by REST."""
