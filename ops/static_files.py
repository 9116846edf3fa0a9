"""Static files as browsers get them: named by content, compressed once.

Every file stands twice in ``var/static``: under its own name (short-lived, for links that cannot know the
hash) and under ``name.<hash>.ext`` (for ever). ``manifest.json`` maps the one to the other.
"""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import brotli

from web.assets import COLLECTED, SOURCE, VENDORED, hash_of, source_of

COMPRESSED = {".css", ".js", ".svg", ".json", ".webmanifest", ".txt", ".html", ".xml"}


def collect(target: Path = COLLECTED) -> dict[str, str]:
    """Bring ``target`` in step with the sources; writes only what changed. Gives name -> hashed name."""
    manifest: dict[str, str] = {}
    expected: set[Path] = {target / "manifest.json"}
    for name in sorted(names()):
        content = source_of(name).read_bytes()
        manifest[name] = hashed_name(name, content)
        for written in (name, manifest[name]):
            expected.update(_write(target / written, content))
    _replace(target / "manifest.json", json.dumps(manifest, indent=1).encode())
    for leftover in set(_files(target)) - expected:
        leftover.unlink(missing_ok=True)
    return manifest


def names() -> Iterator[str]:
    """All static files by the names that templates use."""
    for path in _files(SOURCE):
        yield path.relative_to(SOURCE).as_posix()
    yield from VENDORED


def hashed_name(name: str, content: bytes) -> str:
    """``css/app.css`` -> ``css/app.1f2e3d4c5b6a.css``."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{hash_of(content)}{path.suffix}"))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _write(path: Path, content: bytes) -> list[Path]:
    """Write a file and its compressed forms where they differ from what is there; gives all their paths."""
    forms = [path]
    if path.suffix in COMPRESSED:
        forms += [Path(f"{path}.br"), Path(f"{path}.gz")]
    if not all(form.is_file() for form in forms) or path.read_bytes() != content:
        for form in forms:
            _replace(form, _encoded(form, content))
    return forms


def _encoded(form: Path, content: bytes) -> bytes:
    if form.suffix == ".br":
        return bytes(brotli.compress(content))
    return gzip.compress(content, mtime=0) if form.suffix == ".gz" else content


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Named by the process: two that start at once do not take each other's file away.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    unfinished.write_bytes(content)
    unfinished.replace(path)


if __name__ == "__main__":
    collect()
