"""Texts that staff write once per language, with their gaps visible."""

from collections.abc import Mapping

LANGUAGES = ("vi", "zh", "ru", "en")


class LocalizedText(dict[str, str]):
    """A text by language tag; empty strings count as missing."""

    def missing(self) -> tuple[str, ...]:
        """The languages nobody has written yet."""
        return tuple(tag for tag in LANGUAGES if not self.get(tag))

    def in_language(self, language: str, fallback: str = "en") -> str:
        """The text for a reader: her language, then the clinic's (``fallback``), then any written one."""
        for tag in (language, fallback, *LANGUAGES):
            if text := self.get(tag):
                return text
        return ""

    @classmethod
    def of(cls, source: "str | Mapping[str, str]") -> "LocalizedText":
        """One spelling for all languages, or a mapping by tag; other tags are dropped."""
        if isinstance(source, str):
            return cls(dict.fromkeys(LANGUAGES, source))
        return cls({tag: source[tag].strip() for tag in LANGUAGES if source.get(tag, "").strip()})
