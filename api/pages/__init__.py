"""The HTML pages: one module per page, the same names as in api/rest; templates/pages mirrors them."""
