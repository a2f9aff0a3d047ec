"""Hidden: how many events, victims or armed groups no source recorded."""
