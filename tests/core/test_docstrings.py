"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import app.core
import app.formats

MODULES = [
    module.name
    for package in (app.core, app.formats)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", ["app.formats", *MODULES])
def test_examples(name):
    """Every line that a docstring shows gives what it says."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    """The walk found the packages; a wrong path would pass all the rest."""
    assert {"app.core.dense.flat", "app.formats.detect"} <= set(MODULES)
