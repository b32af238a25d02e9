"""The demonstration: a venue, a node, a strategy, and two accounts that have to agree."""
