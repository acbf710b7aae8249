"""The archive: what the topics say, kept in SQL for good, each record once, sealed against later changes."""
