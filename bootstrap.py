"""The only module that knows which adapter stands behind which port."""
