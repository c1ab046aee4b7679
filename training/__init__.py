"""From the seven tables to a calibrated, registered model."""
