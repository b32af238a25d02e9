"""The room that knows NautilusTrader 1.x: configs, factories, clients, mapping, the smart-limit algorithm."""
