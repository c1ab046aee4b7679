"""What computes the history features: DuckDB in this process, or Spark."""
