"""Three supporters cover one need in three currencies; both sides confirm each step and what was delivered."""

import pytest

from e2e.conftest import Enter
from e2e.people import Person

TITLE = "Technical survey of suspected areas in the north"  # asks 2,200,000 US dollars from outside
#: By the example rates (1 CHF = 1.1, 1 NOK = 0.09 US dollars) these come to exactly the whole.
PLEDGES = (("nor", "NOK", "10000000"), ("che", "CHF", "500000"), ("npa", "USD", "750000"))


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """Addresses that one chapter leaves for the next."""
    return {}


def needs(kept: dict[str, str], name: str) -> str:
    if name not in kept:
        pytest.skip("an earlier chapter failed")
    return kept[name]


def take_share(person: Person, request: str, currency: str, amount: str) -> None:
    person.go(request)
    person.follow("Take on a share")
    person.select("Kind", "Financial")
    person.type("What do you commit to?", f"Our part, in {currency} (browser test)")
    person.type("Amount", amount)
    person.type("Currency", currency.lower())
    person.click("Record the share")


def test_three_partial_pledges_come_to_the_whole(enter: Enter, kept: dict[str, str]) -> None:
    chad = enter("tcd")
    row = chad.main.locator("li", has_text=TITLE).first
    kept["request"] = row.locator("a[href^='/requests/']").first.get_attribute("href") or ""
    left = {"nor": "59.1 % is still open", "che": "34.1 % is still open", "npa": "Everything is covered."}
    for account, currency, amount in PLEDGES:
        supporter = enter(account)
        take_share(supporter, kept["request"], currency, amount)
        supporter.sees("Pledged", "not yet confirmed by Chad")
        kept[account] = supporter.page.url.removeprefix(supporter.portal)
        supporter.go(kept["request"])
        supporter.sees(left[account])


def test_nothing_beyond_the_whole_is_taken_on(enter: Enter, kept: dict[str, str]) -> None:
    norway = enter("nor")
    take_share(norway, needs(kept, "npa") and kept["request"], "USD", "1")
    norway.sees("Together with the other shares this would be 100.1 % of the need")
    assert norway.label("Amount").input_value() in {"1", "1.00"}


def test_other_supporters_are_not_named(enter: Enter, kept: dict[str, str]) -> None:
    norway = enter("nor")
    norway.go(needs(kept, "npa") and kept["request"])
    norway.sees("and 2 shares of other supporters, not named to you")
    norway.sees_not("Our part, in CHF")


def test_both_sides_confirm_pledge_and_commitment(enter: Enter, kept: dict[str, str]) -> None:
    chad = enter("tcd")
    chad.go("/dashboard/")
    chad.sees("Waiting for our word")
    for account, _currency, _amount in PLEDGES:
        chad.go(needs(kept, account))
        chad.click("We confirm all of this")
        supporter = enter(account)
        supporter.go(kept[account])
        supporter.follow("Turn the pledge into a commitment")
        supporter.select("Channel", "Bilateral, State to State")
        supporter.click("We commit to it")
        supporter.sees("Committed")
        chad.go(kept[account])
        chad.click("We confirm all of this")
        chad.sees("Confirmed by both sides")
    chad.go(kept["request"])
    chad.sees("Everything is covered.", "Agreed", "Committed: 100 %")


def test_delivery_is_recorded_by_one_side_and_confirmed_by_the_other(enter: Enter, kept: dict[str, str]) -> None:
    npa = enter("npa")
    npa.go(needs(kept, "npa"))
    npa.follow("Record a delivery")
    npa.type("What was provided", "Two teams for a year")
    npa.type("Amount", "750000")
    npa.select("Implementing organisation", "Norwegian People's Aid")
    npa.type("Result", "Two districts surveyed")
    npa.tick("With this the whole share is delivered")
    npa.click("Record the delivery")
    npa.sees("Delivered", "said by Norwegian People's Aid, not yet confirmed by Chad")
    chad = enter("tcd")
    chad.go("/dashboard/")
    chad.sees("Waiting for our word")
    chad.go(kept["npa"])
    chad.click("We confirm all of this")
    chad.sees("Delivered", "Confirmed by both sides", "Two districts surveyed")
    chad.sees_not("not yet confirmed")
    chad.go(kept["request"])
    chad.sees("Delivered: 34.1 %", "Committed: 65.9 %", "Delivering")
