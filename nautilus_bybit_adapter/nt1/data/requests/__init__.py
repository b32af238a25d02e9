"""From the framework's requests to REST calls and framework data; a failure raises and is never an empty list."""
