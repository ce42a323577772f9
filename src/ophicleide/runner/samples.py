"""The sample texts under /samples/: files with ETags and true types, and a list of them."""

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

SUFFIX = ".txt.gz"


def routes(folder: Path) -> Mount:
    async def listing(request: Request) -> Response:
        texts = sorted(folder.glob(f"*{SUFFIX}"))
        return JSONResponse({"samples": [_entry(text, request) for text in texts]})

    return Mount("/samples", routes=[Route("/", listing), Mount("/", _Texts(directory=folder))])


def _entry(text: Path, request: Request) -> dict[str, object]:
    url = f"{request.base_url}samples/{text.name}"
    return {"name": text.name.removesuffix(SUFFIX), "url": url, "bytes": text.stat().st_size}


class _Texts(StaticFiles):
    """The bytes are sent as they lie, so their type is gzip's and not that of what is in them."""

    def file_response(
        self, full_path: "os.PathLike[str] | str", stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        is_gzip = str(full_path).endswith(".gz")
        response = FileResponse(
            full_path,
            status_code,
            stat_result=stat_result,
            media_type="application/gzip" if is_gzip else "text/plain; charset=utf-8",
        )
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response
