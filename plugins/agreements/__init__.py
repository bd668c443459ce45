"""Yearly agreements of the ministry with local governments, and the progress reported on their clauses."""
