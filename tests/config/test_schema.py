from __future__ import annotations

import pytest

from scrimp.config.schema import ProviderTable


@pytest.mark.parametrize("pasted", ["sk-proj-AbCdEf0123456789", "AIzaSyA0123456789abcdefghijklmnopqrstu"])
def test_a_key_pasted_in_place_of_its_name_is_refused_without_printing_it(pasted: str) -> None:
    with pytest.raises(ValueError, match="never the key itself") as caught:
        ProviderTable(key_env=pasted)

    assert pasted not in str(caught.value)
