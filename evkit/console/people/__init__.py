"""What the pages of users, tokens and sessions need beside their views."""
