"""Coming in: HTTP, CloudEvents and logs, translated to and from the domain."""
