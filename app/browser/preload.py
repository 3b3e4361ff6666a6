"""Imported before the image of the interpreter's memory is taken.

Whatever is imported here is in memory at once on every later start: what NumPy and the engine
need of the standard library, those of our own modules that do without NumPy, and the tables of
languages that are made when they are first asked for. NumPy itself cannot be part of an image,
nor can anything that holds an object of JavaScript.
"""
# ruff: noqa: F401 (importing is all this is for)

import array
import ast
import asyncio
import calendar
import contextvars
import ctypes
import dataclasses
import datetime
import fnmatch
import hashlib
import heapq
import html.entities
import importlib
import inspect
import json
import logging
import math
import numbers
import pickle
import platform
import random
import re
import shutil
import statistics
import struct
import sysconfig
import tarfile
import textwrap
import tokenize
import typing
import unicodedata
import urllib.parse
import warnings
import zipfile
import zlib

import app.core.analysis.wordpiece
import app.core.chunking
import app.core.model
import app.formats.pdf
from app.browser import compiled
from app.core.analysis import closed_words, languages, snowball, traits

compiled.remember()
closed_words.closed_words()
closed_words.is_stop("für", "de")
languages.latin_languages()
traits.endings()
traits.letters()
snowball.stemmer("en")
