"""A synthetic Home Credit data set whose true default probabilities are known."""
