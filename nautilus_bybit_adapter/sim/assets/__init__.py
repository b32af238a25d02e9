"""What belongs to the user beside the trading account: sub accounts, conversions and fixed-rate borrow orders."""
