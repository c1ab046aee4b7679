"""The analysts' service: a projector of the topics into SQL, an API and pages over the store."""
