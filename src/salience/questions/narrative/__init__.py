"""Narrative: whose words each source carries. Labels, words, repeated passages, who is first, quoted, or silent."""
