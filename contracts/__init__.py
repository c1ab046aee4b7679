"""What the services agree on: events, topics, features, codec. Pure; imports nothing of ours."""
