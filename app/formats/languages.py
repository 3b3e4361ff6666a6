"""Programming languages by file extension, file name and first line."""

from __future__ import annotations

from pathlib import PurePosixPath

_EXTENSIONS = """
ada: adb ads
assembly: asm s
awk: awk
batch: bat cmd
c: c h
clojure: clj cljs cljc edn
cmake: cmake
cobol: cbl cob
coffeescript: coffee
cpp: cc cpp cxx c++ hh hpp hxx h++ inl ipp tpp ino
csharp: cs csx
css: css scss sass less
cuda: cu cuh
cython: pyx pxd pxi
d: d
dart: dart
dockerfile: dockerfile
elixir: ex exs
elm: elm
erlang: erl hrl
fortran: f f77 f90 f95 f03 f08 for
fsharp: fs fsi fsx
gdscript: gd
glsl: glsl vert frag comp
go: go
graphql: graphql gql
groovy: groovy gradle
haskell: hs lhs
hcl: tf tfvars hcl
ini: ini cfg conf properties env
java: java
javascript: js mjs cjs jsx
json: json jsonl ndjson json5 geojson webmanifest
julia: jl
kotlin: kt kts
latex: sty cls
lisp: lisp lsp cl el scm rkt ss
lua: lua
make: mk mak
matlab: m
nim: nim
nix: nix
objective-c: mm
ocaml: ml mli
pascal: pas pp dpr
perl: pl pm t
php: php phtml
powershell: ps1 psm1 psd1
prolog: pro
protobuf: proto
purescript: purs
python: py pyi pyw
r: r
ruby: rb rake gemspec
rust: rs
scala: scala sc sbt
shell: sh bash zsh fish ksh
solidity: sol
sql: sql
starlark: bzl star
svelte: svelte
swift: swift
tcl: tcl
toml: toml lock
typescript: ts tsx mts cts
v: v sv svh
vhdl: vhd vhdl
vimscript: vim
visual-basic: vb vbs bas
vue: vue
wgsl: wgsl
xml: xml xsl xslt xsd svg rss atom plist wsdl
yaml: yaml yml
zig: zig
"""
LANGUAGES: dict[str, str] = {
    extension: language
    for line in _EXTENSIONS.split("\n")
    if line
    for language, _, extensions in [line.partition(": ")]
    for extension in extensions.split()
}
"""Language of each file extension (without the dot, in lower case)."""

_NAMES = {
    "makefile": "make",
    "gnumakefile": "make",
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "cmakelists.txt": "cmake",
    "rakefile": "ruby",
    "gemfile": "ruby",
    "vagrantfile": "ruby",
    "jenkinsfile": "groovy",
    "build": "starlark",
    "workspace": "starlark",
    "meson.build": "meson",
    ".bashrc": "shell",
    ".zshrc": "shell",
    ".profile": "shell",
    ".gitignore": "ini",
    ".gitattributes": "ini",
    ".editorconfig": "ini",
}
_INTERPRETERS = {
    "python": "python",
    "pypy": "python",
    "sh": "shell",
    "bash": "shell",
    "zsh": "shell",
    "dash": "shell",
    "ksh": "shell",
    "fish": "shell",
    "node": "javascript",
    "deno": "typescript",
    "bun": "javascript",
    "perl": "perl",
    "ruby": "ruby",
    "php": "php",
    "lua": "lua",
    "rscript": "r",
    "awk": "awk",
    "gawk": "awk",
    "tclsh": "tcl",
    "make": "make",
    "groovy": "groovy",
    "pwsh": "powershell",
}
_VERSION = "0123456789."


def language_of(path: str, head: str) -> str:
    """Programming language of a file by its name, else by its shebang; empty if it has none.

    >>> language_of("src/main.rs", ""), language_of("run", "#!/usr/bin/env python3\\n")
    ('rust', 'python')
    """
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    if name in _NAMES:
        return _NAMES[name]
    stem, dot, extension = name.rpartition(".")
    if dot and stem and extension in LANGUAGES:
        return LANGUAGES[extension]
    return _INTERPRETERS.get(_interpreter(head), "")


def _interpreter(head: str) -> str:
    """The program that a shebang names, without folder and version; empty if there is none."""
    first = head.partition("\n")[0]
    if not first.startswith("#!"):
        return ""
    words = [word.rpartition("/")[2] for word in first[2:].split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0].rstrip(_VERSION).lower() if words else ""
