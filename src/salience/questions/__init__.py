"""What is asked of a record: one module a question, each reducing the record and giving an `Answer`."""
