"""What earning rules make of a visit, on plain values."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.kernel.refusal import Refusal
from loyalty.points.rules import Rate
from loyalty.points.rules.conditions import check_rule, conditions_of
from loyalty.points.rules.earning import (
    LineFacts,
    RuleInForce,
    VisitFacts,
    name_of_money,
    weigh,
)

TUESDAY = VisitFacts(datetime(2026, 11, 17, 12, 0), "gold", False, 2)
DENTAL, EYE = LineFacts(1, "dental", 600), LineFacts(2, "eye", 400)


def rule(number: int, percent: int | None = None, points: int | None = None, **more: Any) -> RuleInForce:
    given = {"priority": 0, "stacks": True, "conditions": {}, **more}
    given["conditions"] = conditions_of(given["conditions"])
    return RuleInForce(number, f"R{number}", 1, percent, points, **given)


def applied(*rules: RuleInForce, facts: VisitFacts = TUESDAY) -> tuple[int | None, list[int], list[int]]:
    """The share in percent, and the ids of the rules that worked."""
    weighed = weigh(rules, facts, [DENTAL, EYE])
    share = None if weighed.part is None or not weighed.whole else weighed.part * 100 // weighed.whole
    return share, [one.id for one in weighed.shares], [one.id for one in weighed.bonuses]


def test_p2_without_a_rule_the_points_are_plain() -> None:
    assert applied() == (None, [], [])


def test_p2_a_share_counts_for_the_lines_it_names() -> None:
    assert applied(rule(1, 200, conditions={"specialties": ["dental"]})) == (160, [1], [])
    assert applied(rule(1, 0, conditions={"services": [2]})) == (60, [1], [])
    assert applied(rule(1, 300, conditions={"popular": True})) == (180, [1], [])


@pytest.mark.parametrize(
    ("conditions", "is_met"),
    [
        ({}, True),
        ({"weekdays": [1]}, True),
        ({"weekdays": [0, 2, 6]}, False),
        ({"hours": ["12:00", "13:00"]}, True),
        ({"hours": ["08:00", "12:00"]}, False),
        ({"hours": ["11:59", "24:00"]}, True),
        ({"tiers": ["gold", "black"]}, True),
        ({"tiers": ["silver"]}, False),
        ({"first_visit": True}, False),
        ({"services": [1, 9]}, True),
        ({"services": [9]}, False),
        ({"specialties": ["skin"]}, False),
        ({"services": [1], "specialties": ["eye"]}, False),
        ({"services": [2], "popular": True, "weekdays": [1], "tiers": ["gold"]}, True),
    ],
)
def test_p2_all_conditions_have_to_be_met(conditions: dict[str, Any], is_met: bool) -> None:
    assert applied(rule(1, points=5, conditions=conditions)) == (None, [], [1] if is_met else [])


def test_p2_a_first_visit_and_a_patient_without_tier() -> None:
    first = VisitFacts(TUESDAY.local, None, True, None)
    assert applied(rule(1, points=5, conditions={"first_visit": True}), facts=first)[2] == [1]
    assert applied(rule(1, points=5, conditions={"tiers": ["member"]}), facts=first)[2] == []
    assert applied(rule(1, points=5, conditions={"popular": True}), facts=first)[2] == []


@pytest.mark.parametrize(
    ("valid", "is_met"),
    [
        ({"valid_from": date(2026, 11, 17), "valid_to": date(2026, 11, 17)}, True),
        ({"valid_from": date(2026, 11, 18)}, False),
        ({"valid_to": date(2026, 11, 16)}, False),
    ],
)
def test_tm3_a_rule_holds_through_its_whole_last_day(valid: dict[str, date], is_met: bool) -> None:
    assert applied(rule(1, points=5, **valid))[2] == ([1] if is_met else [])


def test_p2_shares_that_stack_add_up_and_never_fall_below_nothing() -> None:
    assert applied(rule(1, 200), rule(2, 150)) == (250, [1, 2], [])
    assert applied(rule(1, 20), rule(2, 10)) == (0, [1, 2], [])


def test_p2_an_exclusive_rule_stands_alone_where_it_comes_first() -> None:
    assert applied(rule(1, 200), rule(2, 300, stacks=False, priority=5)) == (300, [2], [])
    assert applied(rule(1, 200, priority=5), rule(2, 300, stacks=False)) == (200, [1], [])
    assert applied(rule(3, 200), rule(2, 300, stacks=False)) == (300, [2], [])  # the older one is asked first
    assert applied(rule(1, points=5), rule(2, points=7, stacks=False, priority=1)) == (None, [], [2])


def test_p2_exclusive_is_told_line_by_line() -> None:
    dental = rule(1, 300, stacks=False, priority=9, conditions={"specialties": ["dental"]})
    assert applied(dental, rule(2, 200)) == (3 * 60 + 2 * 40, [1, 2], [])


def test_p2_shares_and_bonuses_do_not_exclude_one_another() -> None:
    assert applied(rule(1, 200, stacks=False), rule(2, points=5, stacks=False)) == (200, [1], [2])


def test_p5_the_entry_names_the_versions() -> None:
    assert [name_of_money(()), name_of_money((rule(1), rule(2)))] == ["money", "money+R1:1,R2:1"]
    assert len(name_of_money([rule(number) for number in range(20)])) == 40


RULES = st.lists(
    st.builds(
        rule,
        number=st.integers(1, 50),
        percent=st.integers(0, 1000),
        priority=st.integers(-3, 3),
        stacks=st.booleans(),
        conditions=st.sampled_from([{}, {"services": [1]}, {"specialties": ["eye"]}, {"weekdays": [0]}]),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
LINES = st.lists(
    st.builds(LineFacts, st.integers(1, 3), st.sampled_from(["dental", "eye"]), st.integers(0, 10**9)),
    min_size=1,
    max_size=5,
)


@given(rules=RULES, lines=LINES, order=st.randoms(use_true_random=False))
def test_p2_the_order_in_which_rules_are_handed_over_changes_nothing(
    rules: list[RuleInForce], lines: list[LineFacts], order: Any
) -> None:
    shuffled = rules[:]
    order.shuffle(shuffled)
    assert weigh(shuffled, TUESDAY, lines) == weigh(rules, TUESDAY, lines)


@given(rules=RULES, lines=LINES, eligible=st.integers(0, 10**10), less=st.integers(0, 10**10))
def test_p9_less_money_never_earns_more_by_any_rules(
    rules: list[RuleInForce], lines: list[LineFacts], eligible: int, less: int
) -> None:
    weighed = weigh(rules, TUESDAY, lines)
    rate = Rate(10_000, 150, weighed.part, weighed.whole)
    assert 0 <= rate.points(min(eligible, less)) <= rate.points(eligible)
    most = max([100, *(100 + sum(one.percent or 0 for one in rules),)])
    assert rate.points(eligible) <= eligible * 150 * most // (100 * 100 * 10_000) + 1


@given(lines=LINES, eligible=st.integers(0, 10**10), percent=st.integers(0, 1000))
def test_p2_one_share_on_all_lines_is_a_plain_multiplier(
    lines: list[LineFacts], eligible: int, percent: int
) -> None:
    weighed = weigh([rule(1, percent)], TUESDAY, lines)
    if weighed.whole:
        points = Rate(10_000, 100, weighed.part, weighed.whole).points(eligible)
        assert points == eligible * percent // (100 * 10_000)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "x"}, "rule_code_bad"),
        ({"code": "two words"}, "rule_code_bad"),
        ({"code": "A" * 31}, "rule_code_bad"),
        ({"percent": None}, "rule_effect_bad"),
        ({"points": 5}, "rule_effect_bad"),
        ({"percent": -1}, "rule_effect_bad"),
        ({"percent": 1001}, "rule_effect_bad"),
        ({"percent": None, "points": 0}, "rule_effect_bad"),
        ({"percent": None, "points": 10**6 + 1}, "rule_effect_bad"),
        ({"trigger": "birthday"}, "rule_effect_bad"),
        ({"trigger": "moon"}, "rule_effect_bad"),
        ({"conditions": {"moon": True}}, "rule_condition_bad"),
        ({"conditions": {"services": [True]}}, "rule_condition_bad"),
        ({"conditions": {"services": [1, 1]}}, "rule_condition_bad"),
        ({"conditions": {"tiers": ["bronze"]}}, "rule_condition_bad"),
        ({"conditions": {"weekdays": [7]}}, "rule_condition_bad"),
        ({"conditions": {"hours": ["12:00", "08:00"]}}, "rule_condition_bad"),
        ({"conditions": {"hours": ["8:00", "12:00"]}}, "rule_condition_bad"),
        ({"conditions": {"hours": ["08:00"]}}, "rule_condition_bad"),
        ({"conditions": {"first_visit": 1}}, "rule_condition_bad"),
        ({"conditions": {"specialties": [""]}}, "rule_condition_bad"),
        (
            {"trigger": "manual", "percent": None, "points": 5, "conditions": {"tiers": ["gold"]}},
            "rule_condition_bad",
        ),
    ],
)
def test_p2_a_rule_that_makes_no_sense_is_refused(change: dict[str, Any], code: str) -> None:
    given = {"code": "DOUBLE", "trigger": "visit", "conditions": {}, "percent": 200, "points": None}
    check_rule(**given)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as refused:
        check_rule(**{**given, **change})  # type: ignore[arg-type]
    assert refused.value.code == code
