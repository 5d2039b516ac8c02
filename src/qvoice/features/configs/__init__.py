"""System defaults that forms of dialect clients show beside "use the default"."""
