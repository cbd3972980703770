"""What smart charging computes: pure, no Django, no clock, no I/O; time is an argument."""
