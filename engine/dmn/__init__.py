"""DMN decision models: reading, evaluating and analysing them."""
