"""What the tools share: options of the command line, and how to measure."""
