"""BPMN files in, immutable executable processes or a list of findings out."""
