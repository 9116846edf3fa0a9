"""What is wrong with a page: its structure, its HTML, what it says to a screen reader, where it leads."""

import re
from collections import Counter
from collections.abc import Iterator

import html5lib
from selectolax.lexbor import LexborHTMLParser, LexborNode

#: What a template prints when it was given nothing, or something that is not for people.
LEAKS = re.compile(
    r"\bNone\b|\bundefined\b|\bTrue\b|\bFalse\b|%\(\w+\)|\{\{|\}\}|\{%|<\w+ object|datetime\.|Decimal\("
)
UNLABELLED = ("hidden", "submit", "button", "image", "reset")
HTMX_HANDLERS = ("on", "hx-on", "data-hx-on")


def structure_faults(tree: LexborHTMLParser) -> Iterator[str]:
    """What no page may have, even a small one of a test."""
    headings = [node.text(strip=True) for node in tree.css("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"headings of the first rank: {headings}"
    ids = Counter(node.attributes["id"] for node in tree.css("[id]"))
    yield from (f"the id {name} stands {count} times" for name, count in ids.items() if count > 1)
    for form in tree.css("form"):
        if (form.attributes.get("method") or "").lower() == "post" and not form.css_first(
            "input[name=csrf_token]"
        ):
            yield f"a form without a token: {_start(form)}"
    yield from ("inline script" for node in tree.css("script") if not node.attributes.get("src"))
    yield from ("inline style" for _ in tree.css("style"))
    for node in tree.css("*"):
        for name in node.attributes:
            if name == "style" or name.startswith(HTMX_HANDLERS):
                yield f"{name} in {_start(node)}"


def page_faults(html: str, language: str) -> Iterator[str]:
    """Everything that is wrong with a whole page read in a language (the tag as HTML writes it)."""
    tree = LexborHTMLParser(html)
    yield from structure_faults(tree)
    yield from parse_faults(html)
    yield from _head_faults(tree, language)
    yield from _control_faults(tree)
    yield from _reference_faults(tree)
    yield from _leaks(tree)


def parse_faults(html: str) -> Iterator[str]:
    """What a strict parser of HTML 5 objects to."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    lines = html.splitlines()
    for (line, _column), code, data in parser.errors:
        yield f"HTML, line {line}: {code} {data or ''} in {lines[min(line, len(lines)) - 1].strip()[:120]}"


def _head_faults(tree: LexborHTMLParser, language: str) -> Iterator[str]:
    page = tree.css_first("html")
    lang = page.attributes.get("lang") if page else None
    if lang != language:
        yield f"the page says it is in {lang}, wanted {language}"
    title = tree.css_first("head title")
    if title is None or not title.text(strip=True).strip("· "):
        yield "a page without a title"
    if len(tree.css("main")) != 1:
        yield "a page needs one main part"


def _control_faults(tree: LexborHTMLParser) -> Iterator[str]:
    labelled = {node.attributes.get("for") for node in tree.css("label[for]")}
    for node in tree.css("input, select, textarea"):
        kind = (node.attributes.get("type") or "").lower()
        if kind in UNLABELLED or node.attributes.get("aria-hidden") == "true":
            continue
        named = any(node.attributes.get(name) for name in ("aria-label", "aria-labelledby", "title"))
        if not named and node.attributes.get("id") not in labelled and not _inside(node, "label"):
            yield f"a control without a label: {_start(node)}"
    for node in tree.css("a[href], button, summary"):
        if not _spoken(node):
            yield f"a control that says nothing: {_start(node)}"
    for node in tree.css("img"):
        if "alt" not in node.attributes:
            yield f"a picture without alt: {_start(node)}"


def _spoken(node: LexborNode) -> str:
    """What a screen reader says of a control."""
    pictures = " ".join(image.attributes.get("alt") or "" for image in node.css("img"))
    drawings = " ".join(drawing.attributes.get("aria-label") or "" for drawing in node.css("svg"))
    return "".join(
        (node.attributes.get("aria-label") or "", node.text(strip=True), pictures, drawings)
    ).strip()


def _reference_faults(tree: LexborHTMLParser) -> Iterator[str]:
    ids = {node.attributes["id"] for node in tree.css("[id]")}
    for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form"):
        for node in tree.css(f"[{name}]"):
            missing = set((node.attributes[name] or "").split()) - ids
            if missing:
                yield f"{name} names an id that is not there: {sorted(missing)} in {_start(node)}"
    for node in tree.css("a[href^='#']"):
        target = (node.attributes["href"] or "")[1:]
        if target and target not in ids:
            yield f"a link into nowhere: #{target}"


def _leaks(tree: LexborHTMLParser) -> Iterator[str]:
    body = tree.css_first("body")
    found = LEAKS.search(body.text(separator=" ")) if body else None
    if found:
        yield f"{found.group()} is printed"
    for node in tree.css("[value], [href], [aria-label], [placeholder], [title], [alt], [content]"):
        for name in ("value", "href", "aria-label", "placeholder", "title", "alt"):
            if (node.attributes.get(name) or "") in ("None", "undefined"):
                yield f"{name} is {node.attributes[name]} in {_start(node)}"


def _inside(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag == tag:
            return True
        parent = parent.parent
    return False


def _start(node: LexborNode) -> str:
    return (node.html or "").partition(">")[0][:200] + ">"
