"""The edge as the rest sees it: who is registered, what Kamailio must read again, message waiting, carriers' health."""
