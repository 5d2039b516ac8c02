"""The edge by itself: registration, guards, forking, policies, carriers' registrations, lamps, gateways' health."""
