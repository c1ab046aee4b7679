"""The command line upstream of the stream: synthetic data, applications, histories, outcomes."""
