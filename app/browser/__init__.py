"""The engine inside a browser's worker: the only place that knows JavaScript.

`boot` puts the parts together, `bridge` is what the page can ask, `store`, `inference` and `pdf`
are adapters of ports over objects handed in from JavaScript, `ffi` is the border itself.
"""
