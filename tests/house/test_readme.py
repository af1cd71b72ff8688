"""The promise on the README's first screen: its own lines, every provider, one line changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.stripe import StripeSimulator

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("default", "said"),
    [("fr", r"user_m_\w{26} LIGHT redirect\n"),
     ("lt", r"\d+ LIGHT confirm_code confirm_code\n"),
     ("us", r"acct_\w{16} LIGHT\n")],
)  # fmt: skip
def test_the_lines_of_the_readme_onboard_the_same_user_with_every_provider(
    default: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mangopay = MangoPaySimulator(client_id="acme", api_key="one")
    paysera = PayseraSimulator(client_id="wkVd93h2uS", mac_key="two")
    monkeypatch.setenv("MANGOPAY_API_KEY", "one")
    stripe = StripeSimulator(api_key="sk_test_three")
    monkeypatch.setenv("PAYSERA_MAC_KEY", "two")
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_three")
    monkeypatch.chdir(tmp_path)
    with serve(mangopay) as fr, serve(paysera) as lt, serve(stripe) as us:
        config = block("toml").replace('default = "fr"', f'default = "{default}"')
        config = config.replace('"mangopay"', f'"mangopay"\nbase_url = "{fr}"')
        config = config.replace('"paysera"', f'"paysera"\nbase_url = "{lt}"')
        config = config.replace('"stripe"', f'"stripe"\nbase_url = "{us}"')
        Path("onboarding.toml").write_text(config, "utf-8")

        exec(compile(block("python"), "README.md", "exec"), {})

    assert re.fullmatch(said, capsys.readouterr().out)
    assert bool(mangopay.log) is (default == "fr")
    assert bool(paysera.log) is (default == "lt")
    assert bool(stripe.log) is (default == "us")
