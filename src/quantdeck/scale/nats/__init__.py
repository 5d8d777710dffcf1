"""The bus on NATS JetStream: one stream, a subject per run, a message per portion."""
