"""One module a page. Each has a `router`; the server includes every one it finds here."""
