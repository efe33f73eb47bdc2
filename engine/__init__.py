"""The embedded gateway: Zeebe 8.5's semantics in one process."""
