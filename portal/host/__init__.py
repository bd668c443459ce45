"""The plugin host: finds, loads, switches and asks modules."""
