"""A real Zeebe broker on this machine, without Docker: its archive from Maven, a Java that is there, one process."""

from zeebe.local_broker.broker import BrokerFailed, RunningBroker, running_broker
from zeebe.local_broker.distribution import BrokerMissing, fetched_distribution
from zeebe.local_broker.java import find_java
from zeebe.local_broker.maven import maven_alone
from zeebe.local_broker.options import BrokerOptions, Export, Ports, free_ports, taken_ports

__all__ = [
    "BrokerFailed",
    "BrokerMissing",
    "BrokerOptions",
    "Export",
    "Ports",
    "RunningBroker",
    "fetched_distribution",
    "find_java",
    "free_ports",
    "maven_alone",
    "running_broker",
    "taken_ports",
]
