"""Records to read models to queries: what pages, reports and heat maps read."""
