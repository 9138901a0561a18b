"""Stands in for setuptools' pkg_resources, of which megenginelite uses the list of installed packages."""

working_set = []
