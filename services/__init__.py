"""Capabilities that workers and pages call, a folder each."""
