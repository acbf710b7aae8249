"""What is said: messages and call scripts in the customer's language, factual and polite, within each channel's limits."""
