"""Stands in for the package megfile, of which megenginelite uses one function, on plain files."""

smart_open = open
