"""The commands of `python -m training`: each module adds the parser of one and carries it out."""
