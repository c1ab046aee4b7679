"""Performance: expected before outcomes are known, realised when they are."""
