"""One module for each command: `add_arguments(parser)` and `async run(options) -> exit code`."""
