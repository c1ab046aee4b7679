"""The model card: what a risk officer needs to know of a version, from its record alone."""
