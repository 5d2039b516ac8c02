"""Guessing PINs by phone is slowed down: attempts are counted per thing guessed at and per place they come from."""
