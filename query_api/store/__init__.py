"""The store: what the projector writes in one transaction with its positions, the API reads."""
