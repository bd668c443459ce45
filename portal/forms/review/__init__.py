"""What happens to answers afterwards."""
