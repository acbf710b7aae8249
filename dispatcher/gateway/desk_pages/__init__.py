"""The pages of the call desk, over `CallDesk`: the agent's one task at a time, and the supervisor's view of all of them."""
