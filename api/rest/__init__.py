"""JSON for programs under /api/v1: each module has a `router`; `api.app` includes them all."""
