"""What is fetched from elsewhere; only verbs named for it (`salience fetch …`) come here. Everything else is offline.

`connection` asks, `kept_pages` remembers what came, `ucdp_api` knows what the UCDP API says, `ged_file` writes it down.
"""
