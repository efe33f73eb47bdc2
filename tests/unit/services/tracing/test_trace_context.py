import pytest

from services.tracing import read_traceparent, span_id_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_header_is_read_and_written_alike() -> None:
    header = f"00-{TRACE}-{SPAN}-01"

    context = read_traceparent(header)

    assert context is not None
    assert (context.traceparent, context.is_sampled) == (header, True)


def test_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    context = read_traceparent(f"01-{TRACE}-{SPAN}-02-more")

    assert context is not None
    assert not context.is_sampled


@pytest.mark.parametrize(
    "header",
    [
        "",
        None,
        17,
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01" + "x" * 600,
        "00-١" + TRACE[1:] + f"-{SPAN}-01",
    ],
    ids=lambda header: str(header)[:60],
)
def test_what_the_standard_forbids_is_no_context(header: object) -> None:
    assert read_traceparent(header) is None


def test_the_span_of_an_element_instance_is_the_same_for_whoever_computes_it() -> None:
    keys = [2251799813685249, 2251799813685250, 2**63 - 1, 1]

    ids = [span_id_of(key) for key in keys]

    assert ids == [span_id_of(key) for key in keys]
    assert len(set(ids)) == len(keys)
    assert all(0 < each < 2**64 for each in ids)
