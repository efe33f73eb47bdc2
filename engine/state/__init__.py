"""Where the engine's state and record log live: adapters of the ports in `engine.processing`."""
