"""Explains every score: exact SHAP attributions and at most four ordered reasons."""
