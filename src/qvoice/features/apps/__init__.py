"""The list of portal applications that dialect clients expect (C7: without it they log out)."""
