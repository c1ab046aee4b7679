"""The command `report`: two files of applications in, one page and one screen out."""
