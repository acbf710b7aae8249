"""HTTP: events and statements of other systems, word from providers, customers' own pages. It has no state of its own."""
