"""A server of one text that takes byte ranges as RFC 9110 says, or falls short of it in a way that a test names."""

from dataclasses import dataclass, field

from tests.integration.train_word2vec.text_server import Exchange


@dataclass
class RangedText:
    """`asked` keeps the Range headers that came; the text may be replaced while it is read."""

    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"v1"', "Content-Type": "text/plain"})
    asked: list[str | None] = field(default_factory=list)
    accepts: bool = True
    replaced_by: bytes | None = None

    def __call__(self, exchange: Exchange) -> None:
        wanted, condition = exchange.headers.get("Range"), exchange.headers.get("If-Range")
        self.asked.append(wanted)
        if wanted is not None and self.replaced_by is not None:
            self.body, self.replaced_by, self.headers = self.replaced_by, None, {**self.headers, "ETag": '"v2"'}
        current = self.headers.get("ETag", self.headers.get("Last-Modified"))
        if wanted is None or condition != current or not self.accepts:
            self._send(exchange, 200, self.body)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        shown = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        self._send(exchange, 206, self.body[start:], {"Content-Range": shown})

    def _send(self, exchange: Exchange, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
        ranges = {"Accept-Ranges": "bytes"} if self.accepts else {}
        headers = {"Content-Length": str(len(body)), **ranges, **self.headers, **(more or {})}
        exchange.head(status, **{name.replace("-", "_"): text for name, text in headers.items()})
        exchange.wfile.write(body)
