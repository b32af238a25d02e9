"""Where the order flow of other people comes from: nowhere, chance, or a recording."""
