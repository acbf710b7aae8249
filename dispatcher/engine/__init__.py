"""Faust and Kafka, and nowhere else: how events become state, and decisions become records."""
