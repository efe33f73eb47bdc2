"""The sink as an ASGI application: the few calls of Elasticsearch that Zeebe's exporter makes.

A bulk is answered after it is stored. One that cannot be stored now is answered 503, and the exporter sends it again; one that
is no bulk of records is refused with 400 and the line that is wrong.
"""

import asyncio
import json

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zeebe.exporter_sink.body import BodyRefused, read_body
from zeebe.exporter_sink.bulk import BulkRefused, accepted, read_bulk
from zeebe.exporter_sink.credentials import Credentials
from zeebe.exporter_sink.log import Appended, RecordLog

log = structlog.get_logger(__name__)

# The exporter's client takes answers from Elasticsearch alone, and knows it by this.
_HEADERS = {"X-Elastic-Product": "Elasticsearch"}
DEFAULT_MAX_BYTES = 64 * 1024 * 1024
_ARRANGEMENT_MAX_BYTES = 64 * 1024
_ARRANGEMENTS = ("/{index}/_settings", "/_component_template/{name}", "/_index_template/{name}", "/_ilm/policy/{name}")
# A partition's exporter has one bulk under way; this many partitions may be read at once, the others wait.
_BULKS_AT_ONCE = 8


class _Sink:
    def __init__(self, records: RecordLog, credentials: Credentials | None, max_bytes: int) -> None:
        self._log = records
        self._credentials = credentials
        self._max_bytes = max_bytes
        self._reading = asyncio.Semaphore(_BULKS_AT_ONCE)

    async def bulk(self, request: Request) -> Response:
        if not self._admits(request):
            return _problem(401, "wrong or no credentials")
        async with self._reading:
            try:
                body = await read_body(request, self._max_bytes)
                exported = await asyncio.to_thread(read_bulk, body)
                appended = await asyncio.to_thread(self._log.append, exported)
            except BodyRefused as refused:
                log.warning("bulk_refused", status=refused.status, reason=refused.reason)
                return _problem(refused.status, refused.reason)
            except BulkRefused as refused:
                log.warning("bulk_refused", status=400, reason=str(refused))
                return _problem(400, str(refused))
            except SQLAlchemyError as error:
                log.error("bulk_not_stored", error=type(error).__name__)  # noqa: TRY400 -- a statement holds customers' data
                return _problem(503, "the records could not be stored now; send them again")
        _tell(appended)
        return _json(200, accepted(len(exported)))

    async def arrangement(self, request: Request) -> Response:
        """Settings, templates and retention of indices, sent before the first bulk, mean nothing here."""
        if not self._admits(request):
            return _problem(401, "wrong or no credentials")
        try:
            await read_body(request, _ARRANGEMENT_MAX_BYTES)
        except BodyRefused as refused:
            return _problem(refused.status, refused.reason)
        return _json(200, b'{"acknowledged":true}')

    async def about(self, _request: Request) -> Response:
        return _json(200, b'{"name":"penstock","tagline":"Penstock takes Zeebe records"}')

    async def ready(self, _request: Request) -> Response:
        try:
            partitions = await asyncio.to_thread(self._log.partitions)
        except SQLAlchemyError as error:
            return _problem(503, f"the database does not answer: {type(error).__name__}")
        positions = {str(each.partition_id): each.position for each in partitions}
        return _json(200, json.dumps({"ready": True, "positions": positions}).encode())

    def _admits(self, request: Request) -> bool:
        return self._credentials is None or self._credentials.admit(request.headers.get("authorization", ""))


def create_sink(records: RecordLog, *, credentials: Credentials | None = None, max_bytes: int = DEFAULT_MAX_BYTES) -> Starlette:
    """The application; without credentials everybody who reaches it may send."""
    sink = _Sink(records, credentials, max_bytes)
    return Starlette(
        routes=[
            Route("/_bulk", sink.bulk, methods=["POST", "PUT"]),
            *(Route(path, sink.arrangement, methods=["PUT"]) for path in _ARRANGEMENTS),
            Route("/ready", sink.ready),
            Route("/", sink.about),
        ]
    )


def _tell(appended: Appended) -> None:
    if appended.known:
        log.info("records_came_again", records=appended.known, fresh=appended.fresh)
    for gap in appended.gaps:
        log.error(
            "records_missing",
            partition_id=gap.partition_id,
            value_type=gap.value_type,
            records=gap.missing,
            position=gap.position,
        )


def _json(status: int, content: bytes) -> Response:
    return Response(content, status, headers=_HEADERS, media_type="application/json")


def _problem(status: int, reason: str) -> Response:
    """Elasticsearch's form of an error, which the exporter logs."""
    error = {"error": {"type": "penstock_sink", "reason": reason}, "status": status}
    answer = _json(status, json.dumps(error).encode())
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="penstock"'
    return answer
