"""Where a cluster's records arrive: an HTTP server for Zeebe's Elasticsearch exporter, and the record log behind it.

The exporter keeps a partition's log until it is told that records are stored. The sink tells so after its own commit and
keeps what came in a log of its own, so that a projection which stops, or is built anew, costs the cluster nothing.
"""

from zeebe.exporter_sink.bulk import BulkRefused, ExportedRecord, read_bulk
from zeebe.exporter_sink.credentials import Credentials
from zeebe.exporter_sink.log import Appended, Gap, PartitionState, RecordLog
from zeebe.exporter_sink.memory_log import MemoryRecordLog
from zeebe.exporter_sink.server import serving
from zeebe.exporter_sink.source import LoggedRecordSource
from zeebe.exporter_sink.sql_log import SqlRecordLog

__all__ = [
    "Appended",
    "BulkRefused",
    "Credentials",
    "ExportedRecord",
    "Gap",
    "LoggedRecordSource",
    "MemoryRecordLog",
    "PartitionState",
    "RecordLog",
    "SqlRecordLog",
    "read_bulk",
    "serving",
]
