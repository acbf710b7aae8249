"""The embedded defaults: what one machine needs to try the product without any service beside it."""
