"""Forms and answers for programs: JSON over HTTP."""
