"""Forms in the hands of those who fill them."""
