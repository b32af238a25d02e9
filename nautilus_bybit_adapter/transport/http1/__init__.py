"""HTTP/1.1 over the event loop, without a proxy."""
