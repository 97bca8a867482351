"""``media-json-first``."""

from tallystick.contract import Body, MediaType, Reply
from tallystick.lint.rule import Check, Group, Options, on, rule


class MediaJsonFirstOptions(Options):
    """``also``: media types that may stand beside the main one."""

    also: tuple[str, ...] = ("application/problem+json", "text/event-stream")


@rule(
    "media-json-first",
    Group.PROTOCOL,
    "warning",
    summary="A body has one main media type.",
    rationale="""
        Each further media type of one body is a further encoding to write, to test and to keep alike, and a choice
        that every caller has to make. Where several are meant, name them in the option `also`. Formats of a file
        (CSV, PDF) are no encodings of one value and are left alone.
    """,
    bad="""
        paths:
          /items:
            post:
              operationId: createItem
              requestBody:
                content:
                  application/json:
                    schema: {type: object}
                  «application/xml»:
                    schema: {type: object}
    """,
    good="""
        paths:
          /items:
            post:
              operationId: createItem
              requestBody:
                content:
                  application/json:
                    schema: {type: object}
    """,
    options=MediaJsonFirstOptions,
)
class MediaJsonFirst(Check):
    """Bodies and replies."""

    options: MediaJsonFirstOptions

    @on(Body)
    def body(self, body: Body) -> None:
        """The request."""
        self._check(body.content)

    @on(Reply)
    def reply(self, reply: Reply) -> None:
        """The reply."""
        self._check(reply.content)

    def _check(self, content: tuple[MediaType, ...]) -> None:
        kinds = [media for media in content if media.name.partition(";")[0].strip() not in self.options.also]
        if len({media.name.partition(";")[0] for media in kinds}) < 2:
            return
        main = next((media for media in kinds if "json" in media.name), None)
        if main is None or main.name in ("application/x-ndjson", "application/jsonl"):
            return  # formats of a file, not encodings of one value
        other = next(media for media in kinds if media is not main)
        more = f" and {len(kinds) - 2} more" if len(kinds) > 2 else ""
        message = (
            f"{other.name}{more} beside {main.name}: keep one, or name the others in the option `also` of this rule"
        )
        self.report(other.location.pointer, message, key=True)
