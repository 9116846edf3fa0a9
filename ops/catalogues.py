"""Translations: .po files, which people edit, into .mo files, which the product reads."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ops.places import ROOT


def compile_catalogues(folder: Path = ROOT / "translations") -> list[Path]:
    """Compile what has changed since the last time; gives the catalogues that were written."""
    return [written for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if (written := _compile(source))]


def _compile(source: Path) -> Path | None:
    target = source.with_suffix(".mo")
    if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return None
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parents[1].name, domain=source.stem)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.new")
    with unfinished.open("wb") as out:
        write_mo(out, catalogue)
    unfinished.replace(target)
    return target


if __name__ == "__main__":
    compile_catalogues()
