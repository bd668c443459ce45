"""What everybody reads: pages, and tables as open data."""
