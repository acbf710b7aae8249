"""Who works here: sign-in, sessions, roles, the record of what they did, and the frame of their pages."""
