from urllib.parse import quote

import pytest

from engine.gateway.status_text import MOST_BYTES, carried


@pytest.mark.parametrize("letter", ["a", "%", "\n", "Ж", "\N{FIRE}"])
def test_what_fits_is_said_whole_and_of_more_the_beginning(letter: str) -> None:
    fitting = letter * (MOST_BYTES // len(quote(letter)))

    said = carried(fitting), carried("x" + fitting * 2)

    assert said[0] == fitting
    assert said[1].startswith("x" + letter * 100)
    assert said[1].endswith(" more characters)")
    assert len(quote(said[1], safe=" !\"#$&'()*+,/:;<=>?@[\\]^`{|}")) <= MOST_BYTES
    left_out = int(said[1].rpartition("(")[2].split()[0])
    assert len(said[1].rpartition(" … (")[0]) + left_out == 1 + 2 * len(fitting)
