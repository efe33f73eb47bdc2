"""Pages for people: each module has a `router`; `api.app` includes them all."""
