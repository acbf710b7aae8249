"""What operators see of a running process: metrics, health, logs, and the clock it goes by."""
