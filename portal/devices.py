"""A browser's name as people know it, out of what it says of itself."""

#: What stands in a browser's own name -> its usual name; the first that is found counts.
_BROWSERS = {
    "MicroMessenger": "WeChat",
    "Zalo": "Zalo",
    "Edg": "Edge",
    "OPR/": "Opera",
    "YaBrowser": "Yandex",
    "coc_coc": "Cốc Cốc",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def device_name(agent: str) -> str:
    """Browser and system ("Chrome, Android"), the same in every language; empty when neither is known."""
    known = (_BROWSERS, _SYSTEMS)
    found = (next((name for mark, name in names.items() if mark in agent), "") for names in known)
    return ", ".join(name for name in found if name)
