"""``status-shape``."""

from typing import Final

from tallystick.contract import Reply
from tallystick.lint.rule import Check, Group, on, rule

_EMPTY: Final = ("204", "205", "304")


@rule(
    "status-shape",
    Group.PROTOCOL,
    "warning",
    summary="Replies have the shape of their status: 201 and 202 say where to look, 204 and 304 are empty.",
    rationale="""
        A 201 names what was created, by a `Location` header or a body. A 202 names where to ask how it went. 204, 205
        and 304 have no body at all: a client that waits for one waits for ever (RFC 9110, section 15).
    """,
    bad="""
        paths:
          /items:
            post:
              operationId: createItem
              responses:
                «'201'»:
                  description: Created.
                '204':
                  description: Nothing to do.
                  «content»:
                    application/json:
                      schema: {type: object}
    """,
    good="""
        paths:
          /items:
            post:
              operationId: createItem
              responses:
                '201':
                  description: Created.
                  headers:
                    Location:
                      schema: {type: string, format: uri-reference}
                '204':
                  description: Nothing to do.
    """,
)
class StatusShape(Check):
    """One look at each reply."""

    @on(Reply)
    def reply(self, reply: Reply) -> None:
        """Reports at the status, or at the content that should not be there."""
        pointer = reply.location.pointer
        if pointer.startswith("/webhooks/") or "/callbacks/" in pointer:
            return  # replies of somebody else to our call
        names = {header.name.lower() for header in reply.headers}
        if reply.status in _EMPTY and reply.content:
            self.report(f"{pointer}/content", f"a {reply.status} reply has no body: remove `content`", key=True)
        elif reply.status == "201" and not reply.content and "location" not in names:
            self.report(pointer, "what was created? add a `Location` header or a body", key=True)
        elif (
            reply.status == "202"
            and not reply.content
            and not reply.links
            and not names & {"location", "operation-location"}
        ):
            self.report(
                pointer, "where is the outcome to be found? add a `Location` header, a link or a body", key=True
            )
