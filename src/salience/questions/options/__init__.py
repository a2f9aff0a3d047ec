"""Options: where do engagement and pressure lead, by rival models, and how far can that be trusted."""
