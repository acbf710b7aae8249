"""Channel adapters: how a claimed contact reaches its recipient."""
