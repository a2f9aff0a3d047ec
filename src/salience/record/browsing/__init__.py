"""Looking through the record: filters that come from an address, counts, pages of events, accounts side by side, texts.

Everything here reads; nothing loads the events into memory. What a filter says becomes SQL with bound parameters only.
"""
