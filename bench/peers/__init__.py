"""The scorer as written in other frameworks, and bare: the same work around the same functions."""
