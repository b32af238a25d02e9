"""What survives the end of the venue, however it ends."""
