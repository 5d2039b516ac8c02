"""Text to speech: a neural voice where a package or the operator has one for the language, else a formant voice."""
