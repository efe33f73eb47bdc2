"""FEEL, the expression language of DMN, with Camunda's semantics."""
