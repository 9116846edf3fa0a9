"""The law-giver is held to account: what it should object to, it does."""

import pytest

from tests.support.lint import page_faults

GOOD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>T</title></head>'
    "<body><main><h1>T</h1>{}</main></body></html>"
)
BAD = {
    "<h1>Again</h1>": "headings of the first rank",
    "<i id=a></i><i id=a></i>": "the id a stands 2 times",
    '<form method="post"><button>Go</button></form>': "a form without a token",
    "<script>go()</script>": "inline script",
    "<style>b {}</style>": "inline style",
    '<b style="color:red">x</b>': "style in <b",
    '<button onclick="go()">x</button>': "onclick in <button",
    '<button hx-on:click="go()">x</button>': "hx-on:click in <button",
    "<p><div>x</div></p>": "HTML, line 1: unexpected-end-tag",
    "<ul><li>x</ul></li>": "HTML, line 1: unexpected-end-tag",
    '<a href="/" href="/x">x</a>': "HTML, line 1: duplicate-attribute",
    "<input name=q>": "a control without a label",
    "<button></button>": "a control that says nothing",
    '<img src="/x.png">': "a picture without alt",
    '<label for="gone">x</label>': "for names an id that is not there",
    '<a href="#gone">x</a>': "a link into nowhere",
    "<p>Seen: None</p>": "None is printed",
    "<p>%(name)s</p>": "%(name) is printed",
    '<a href="None">x</a>': "href is None",
}  # fmt: skip


def test_a_good_page_has_no_faults() -> None:
    assert list(page_faults(GOOD.format("<p>x</p>"), "en")) == []


@pytest.mark.parametrize("part", BAD)
def test_a_bad_part_is_named(part: str) -> None:
    faults = list(page_faults(GOOD.replace("{}", part), "en"))
    assert any(fault.startswith(BAD[part]) for fault in faults), faults


def test_language_and_title_are_looked_at() -> None:
    assert list(page_faults(GOOD.replace("<title>T", "<title>").format(""), "zh-Hans")) == [
        "the page says it is in en, wanted zh-Hans",
        "a page without a title",
    ]
