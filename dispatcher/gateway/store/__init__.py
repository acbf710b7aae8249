"""What the gateway itself keeps in SQL: who works here, their sessions, what they did, and the desk's tasks."""
