"""What a notebook shows."""

from nbformat import NotebookNode


def pictures(notebook: NotebookNode) -> int:
    """How many pictures."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)
