"""Table: who must be seated so that the landscape is represented, and whom a given list leaves out."""
