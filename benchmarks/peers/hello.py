"""functions-framework's hello world."""

import functions_framework


@functions_framework.http  # type: ignore[untyped-decorator]
def hello(_request: object) -> str:
    return "Hello, world!"
