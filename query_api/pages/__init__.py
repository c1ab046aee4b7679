"""The analysts' pages: rendered here, without script, from what the store holds."""
