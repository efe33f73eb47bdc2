from collections import Counter
from pathlib import Path

import pytest

from services.llm import InvalidPrompt, load_prompts

ROOT = Path(__file__).parents[4]


def write(folder: Path, **files: str) -> Path:
    task = folder / "opine"
    task.mkdir(parents=True)
    for name, content in files.items():
        (task / f"{name}.md").write_text(content, encoding="utf-8")
    return folder


def test_versions_share_subjects_stably_and_by_their_shares(tmp_path: Path) -> None:
    head = "---\nshare: {share}\n---\nText {share}"
    prompts = load_prompts(write(tmp_path, v1=head.format(share=90), v2=head.format(share=10), v3=head.format(share=0)))

    chosen = [prompts.choose("opine", str(subject)).version for subject in range(5000)]

    counts = Counter(chosen)
    assert set(counts) == {1, 2}
    assert 400 < counts[2] < 600
    assert chosen == [prompts.choose("opine", str(subject)).version for subject in range(5000)]


def test_a_changed_file_has_another_hash(tmp_path: Path) -> None:
    one = load_prompts(write(tmp_path / "a", v1="---\n---\nText")).choose("opine", "1")
    other = load_prompts(write(tmp_path / "b", v1="---\n---\nText.")).choose("opine", "1")

    assert one.sha256 != other.sha256


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("v1", "no head", "begins with a head"),
        ("v1", "---\nshare: 10\n---\n  ", "has a text after it"),
        ("v1", "---\ncolour: 3\n---\nText", "unknown field 'colour'"),
        ("v1", "---\nshare: many\n---\nText", "share is no number"),
        ("v1", "---\nshare: 101\n---\nText", "share is 0 to 100"),
        ("v1", "---\nshare: 0\n---\nText", "no version has a share above 0"),
        ("first", "---\n---\nText", "is called v1.md"),
    ],
)
def test_a_file_that_is_no_prompt_is_named(tmp_path: Path, name: str, content: str, reason: str) -> None:
    with pytest.raises(InvalidPrompt, match=reason):
        load_prompts(write(tmp_path, **{name: content}))


def test_a_parameter_that_is_not_given_is_named(tmp_path: Path) -> None:
    prompt = load_prompts(write(tmp_path, v1="---\n---\nIn {{language}}")).choose("opine", "1")

    with pytest.raises(InvalidPrompt, match="language"):
        prompt.messages({"ticket": "x"}, {})


def test_the_shipped_prompts_load_and_take_what_their_tasks_give() -> None:
    prompts = load_prompts(ROOT / "prompts")

    for task, parameters in (("suggest_reply", {"language": "ru"}), ("classify_ticket", {"labels": "A, B"})):
        for prompt in prompts.by_task[task]:
            assert next(iter(parameters.values())) in prompt.messages({"ticket": "x"}, parameters)[0].content
