"""Engines: building their images, rendering their configuration, running and watching all processes of an
installation.
"""
