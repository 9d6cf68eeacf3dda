"""What a release consists of, and how it is checked. `tools/package` puts it together."""
