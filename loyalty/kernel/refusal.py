"""A decision of the programme not to do what was asked, as a code that pages turn into a sentence."""


class Refusal(Exception):
    """Raised before anything has changed; ``code`` is from a closed list, ``params`` fill the sentence."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __repr__(self) -> str:
        return f"Refusal({self.code!r}, {self.params!r})"
