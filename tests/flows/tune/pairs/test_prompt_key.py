from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.flows.tune.pairs.prompt_key import in_share, prompt_key, sampled
from scrimp.store.tuning.pairs import OutputSpec
from scrimp.values import Attachment, Prompt

texts = st.text(max_size=20)
shares = st.floats(0, 1)


@given(st.lists(texts), shares)
def test_a_prompt_is_in_a_share_or_out_of_it_whatever_stands_around_it(found: list[str], share: float) -> None:
    prompts = [Prompt(index=index, text=text) for index, text in enumerate(found)]

    assert list(sampled(prompts, share)) == [prompt for prompt in prompts if in_share(prompt, share)]
    assert list(sampled(prompts, 0.0)) == []
    assert list(sampled(prompts, 1.0)) == prompts


@given(texts, shares, shares)
def test_a_larger_share_holds_the_smaller_one(text: str, one: float, other: float) -> None:
    prompt = Prompt(index=0, text=text)

    assert in_share(prompt, max(one, other)) >= in_share(prompt, min(one, other))


def test_a_share_is_about_as_large_as_it_says() -> None:
    found = list(sampled((Prompt(index=n, text=f"prompt {n}") for n in range(20_000)), 0.03))

    assert 480 < len(found) < 720


def test_what_was_asked_names_a_prompt_and_not_where_it_stood() -> None:
    plain, labeled = OutputSpec(), OutputSpec(("a", "b"))

    assert prompt_key(Prompt(index=0, text="t"), plain) == prompt_key(Prompt(index=9, text="t", id="x"), plain)
    assert prompt_key(Prompt(index=0, text="t"), plain) != prompt_key(Prompt(index=0, text="t"), labeled)
    assert prompt_key(Prompt(index=0, text="t"), plain) != prompt_key(Prompt(index=0, text="t", system="s"), plain)
    pictures = (Attachment(name="a.png", media_type="image/png", identity="sha256:00"),)
    assert prompt_key(Prompt(index=0, text="t"), plain) != prompt_key(
        Prompt(index=0, text="t", attachments=pictures), plain
    )
