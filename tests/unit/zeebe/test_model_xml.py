"""What a model file may not do when it is read as XML."""

from pathlib import Path

import pytest

from zeebe.model_xml import UnreadableModel, model_root


def test_a_model_is_read_to_its_outermost_element() -> None:
    root = model_root(b'<process id="p"><task id="t"/></process>')

    assert (root.tag, [child.get("id") for child in root]) == ("process", ["t"])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK\x03\x04", id="another format"),
        pytest.param(b"<process>", id="cut off"),
        pytest.param(b'<?xml version="1.0" encoding="nonsense"?><process/>', id="unknown encoding"),
        pytest.param(b"<!DOCTYPE process><process/>", id="a doctype alone"),
        pytest.param(b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p>&b;</p>', id="entities"),
        pytest.param(b"<a>" * 300 + b"</a>" * 300, id="deeper than a model ever is"),
    ],
)
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableModel):
        model_root(content)


def test_no_file_is_read_for_a_model(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    content = f'<!DOCTYPE p [<!ENTITY s SYSTEM "{secret.as_uri()}">]><p>&s;</p>'.encode()

    with pytest.raises(UnreadableModel) as refused:
        model_root(content)

    assert "secret" not in str(refused.value)
