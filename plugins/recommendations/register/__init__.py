"""What the register holds, and what is entered and found in it."""
