"""Everything on one machine from wheels alone: the real Kafka and the demo."""
