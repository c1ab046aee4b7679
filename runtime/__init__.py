"""How a service meets the outside: settings, Kafka, dead letters, metrics, health, models, logs."""
