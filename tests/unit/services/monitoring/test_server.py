import httpx
import pytest

from services.monitoring import Metrics, MonitoringServer, PortInUse, Readiness, monitoring


def test_a_process_that_can_serve_says_so() -> None:
    readiness = Readiness({"database": lambda: "", "gateway": lambda: ""})

    with monitoring("127.0.0.1", 0, readiness, Metrics()) as server:
        answer = httpx.get(f"http://{server.address}/ready", trust_env=False)

    assert answer.status_code == 200
    assert answer.json() == {"status": "UP", "parts": {"database": {"status": "UP"}, "gateway": {"status": "UP"}}}


def test_what_cannot_serve_is_named_with_its_reason_while_the_process_lives() -> None:
    readiness = Readiness({"database": lambda: "the database does not answer", "gateway": lambda: ""})

    with monitoring("127.0.0.1", 0, readiness, Metrics()) as server:
        ready = httpx.get(f"http://{server.address}/ready", trust_env=False)
        health = httpx.get(f"http://{server.address}/health", trust_env=False)
        metrics = httpx.get(f"http://{server.address}/metrics", trust_env=False)

    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] == {"status": "DOWN", "reason": "the database does not answer"}
    assert health.json() == {"status": "UP"}
    assert 'penstock_ready{part="database"} 0.0' in metrics.text
    assert 'penstock_ready{part="gateway"} 1.0' in metrics.text


def test_a_check_that_fails_is_a_reason_and_not_the_end() -> None:
    def broken() -> str:
        raise ZeroDivisionError

    readiness = Readiness({"database": broken})

    reasons = readiness.reasons()

    assert reasons == {"database": "the check failed: ZeroDivisionError"}


def test_a_process_that_was_told_to_end_is_not_ready_any_more() -> None:
    readiness = Readiness({"database": lambda: ""})

    readiness.stop()

    assert list(readiness.reasons()) == ["process"]


def test_many_askers_share_one_look_for_a_while() -> None:
    looks: list[int] = []
    times = iter([0.0, 0.0, 1.0, 3.0, 3.0])
    readiness = Readiness({"database": lambda: looks.append(1) or ""}, clock=lambda: next(times))

    for _ in range(3):
        readiness.reasons()

    assert len(looks) == 2


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    readiness = Readiness({})

    with monitoring("127.0.0.1", 0, readiness, Metrics()) as server, pytest.raises(PortInUse) as refused:
        MonitoringServer("127.0.0.1", server.server_port, readiness, Metrics())

    assert "PENSTOCK_MONITORING_PORTS" in str(refused.value)


def test_other_addresses_say_what_there_is() -> None:
    with monitoring("127.0.0.1", 0, Readiness({}), Metrics()) as server:
        answer = httpx.get(f"http://{server.address}/../etc/passwd", trust_env=False)

    assert answer.status_code == 404
