"""The history features: what an applicant's earlier loans say, aggregated per applicant."""
