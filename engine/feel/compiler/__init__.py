"""Syntax to closures: one Python function per node, specialised while compiling, called with the scope and the run."""
