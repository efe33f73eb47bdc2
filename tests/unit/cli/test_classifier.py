from cli.classifier import said


def test_a_card_is_told_in_lines_and_names_not_as_python_writes_it() -> None:
    steps = [{"precision": 0.8, "automatic_share": 0.97}, {"precision": 0.9, "automatic_share": 0.91}]

    assert said({"Access": 40, "HR Support": 12}) == "Access 40, HR Support 12"
    assert said(steps) == "precision 0.8, automatic share 0.97\nprecision 0.9, automatic share 0.91"
    assert said(0.85) == "0.85"
