"""Reading a request's body within limits: chunked or not, gzip or not."""

import zlib

from starlette.requests import ClientDisconnect, Request

_GZIP = 16 + zlib.MAX_WBITS


class BodyRefused(Exception):
    """A body is too large, or not what its headers say."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body, unpacked; never more than so many bytes, also when a small one unpacks to a large one.

    Raises:
        BodyRefused: it is larger, badly packed, or packed in a way that is not known.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", ""}:
        raise BodyRefused(415, f"the encoding {encoding[:40]!r} is not known; send gzip or none")
    unpack = _Unpacking(max_bytes) if encoding == "gzip" else _Plain(max_bytes)
    try:
        async for chunk in request.stream():
            unpack.add(chunk)
    except ClientDisconnect as error:
        raise BodyRefused(400, "the connection ended before the body did") from error
    return unpack.whole()


class _Plain:
    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._parts: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise BodyRefused(
                413, "the body is too large; lower the exporter's bulk.memoryLimit or raise PENSTOCK_SINK_MAX_BYTES"
            )
        self._parts.append(chunk)

    def whole(self) -> bytes:
        return b"".join(self._parts)


class _Unpacking(_Plain):
    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._gzip = zlib.decompressobj(_GZIP)

    def add(self, chunk: bytes) -> None:
        try:
            # One byte more than is allowed tells that there is more.
            super().add(self._gzip.decompress(chunk, self._left + 1))
        except zlib.error as error:
            raise BodyRefused(400, f"the body is not gzip: {error}") from error

    def whole(self) -> bytes:
        if not self._gzip.eof:
            raise BodyRefused(400, "the gzip body is cut off")
        return super().whole()
