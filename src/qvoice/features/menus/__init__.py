"""Menus (IVR): the document that the callflow module `menu` plays."""
