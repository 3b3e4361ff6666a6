"""CPython's side of the ports: the command line, a store on disk, models through ONNX Runtime."""
