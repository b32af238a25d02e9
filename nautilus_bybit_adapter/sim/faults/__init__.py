"""What goes wrong on purpose: seeded, counted and logged."""
