"""Scores loan applications: joins the history, builds the features, predicts and decides."""
