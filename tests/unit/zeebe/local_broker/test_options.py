import socket
from pathlib import Path

from zeebe.local_broker import BrokerOptions, Export, Ports, taken_ports
from zeebe.local_broker.options import environment


def test_the_exporter_is_pointed_at_the_sink_with_its_password() -> None:
    options = BrokerOptions(Path("data"), export=Export("http://127.0.0.1:9250", username="penstock", password="secret"))

    given = environment(options)

    assert given["ZEEBE_BROKER_EXPORTERS_PENSTOCK_ARGS_URL"] == "http://127.0.0.1:9250"
    assert given["ZEEBE_BROKER_EXPORTERS_PENSTOCK_ARGS_AUTHENTICATION_PASSWORD"] == "secret"
    assert given["ZEEBE_BROKER_EXPORTERS_PENSTOCK_ARGS_INDEX_COMMAND"] == "false"


def test_without_a_sink_there_is_no_exporter() -> None:
    given = environment(BrokerOptions(Path("data")))

    assert not [name for name in given if "EXPORTERS" in name]


def test_only_a_broker_whose_clock_may_be_put_back_waits_for_each_due_moment_by_itself() -> None:
    looks = "ZEEBE_BROKER_PROCESSING_SCHEDULEDTASKCHECKINTERVAL"

    usual, controlled = (
        environment(BrokerOptions(Path("data"), controlled_clock=is_controlled)) for is_controlled in (False, True)
    )

    assert (usual["ZEEBE_CLOCK_CONTROLLED"], usual.get(looks)) == ("false", None)
    assert (controlled["ZEEBE_CLOCK_CONTROLLED"], controlled[looks]) == ("true", "P36500D")


def test_a_password_is_not_shown() -> None:
    shown = repr(Export("http://127.0.0.1:9250", username="penstock", password="secret"))

    assert "secret" not in shown


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]

        taken = taken_ports(Ports(grpc=number, rest=0, management=0, command=0, internal=0))

    assert taken == {"gRPC": number}
