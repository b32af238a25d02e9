"""The methods of `BybitHTTPClient`, one file for each of the venue's own chapters."""
