"""The contracts: what billing teams publish, what operators read, and the records that the engine keeps.

Nothing here knows Kafka, a channel or a policy. JSON Schema and AsyncAPI are generated from these models.
"""
