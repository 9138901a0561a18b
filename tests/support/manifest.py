"""The manifest of a folder that `mgec compile MODEL -o FOLDER` wrote."""
import json
import os


def manifest_of(folder):
    with open(os.path.join(folder, "manifest.json")) as file:
        return json.load(file)
