"""Customers on a virtual clock: the real core, without Kafka, providers or waiting."""
