"""280 plain features over all six history tables, made by three programs; run by `histories`."""
