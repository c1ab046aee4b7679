"""The files of a run's record whose content has no module of its own, by name."""

BUNDLE = "bundle"
PICTURES = "pictures"
COSTS_FILE = "costs.json"
INPUTS_FILE = "inputs.json"
NOTES_FILE = "notes.txt"
ORIGIN_FILE = "origin.json"
