"""Call control against a real Asterisk, with the test user agent in the place of the edge."""
