"""One operation, served: who calls, what is asked, the unit of work, the answer. In this order, and nothing before."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .answers import Answer, AnswerResponse, problem_answer
from .app_handlers import handles_problem, wanted_error
from .binding import Binding
from .bodies import Bodies
from .codec import Codecs
from .descriptors import Operation, SecurityScheme
from .media import MediaRange, Negotiation
from .observed import note_refusal
from .outgoing import Outgoing
from .parameters import Faults, Parameters
from .paths import PathKey, raw_segments
from .problems import ContractViolation, Detail, Problem, Refusal
from .refusals import Refusals
from .replies import Reply
from .request_content import RequestContent
from .security import Guard
from .startup import check_handlers
from .streams import BodyStream, Lines
from .wiring import Around, Call, Inside, Settings, applying

__all__ = ["Served", "Wiring", "close_all"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_log = logging.getLogger(__name__)


class Wiring:
    """What all operations of a server share."""

    def __init__(
        self,
        *,
        scope: Callable[[Call], AbstractAsyncContextManager[Any]],
        auth: Any,
        schemes: Mapping[str, SecurityScheme],
        codecs: Codecs,
        around: Sequence[Around],
        inside: Sequence[Inside[Any]],
        settings: Settings,
    ) -> None:
        self.scope = scope
        self.auth = auth
        self.schemes = schemes
        self.codecs = codecs
        self.around = tuple(around)
        self.inside = tuple(inside)
        self.settings = settings


class Served:
    """Serves one operation."""

    def __init__(self, binding: Binding, factory: Callable[[Any], Any], protocol: type, wiring: Wiring) -> None:
        operation = binding.operation
        self.settings = settings = wiring.settings
        schemas = wiring.codecs.schemas
        limits = settings.limits_of.get(operation.id, settings.limits)
        self.operation: Operation = operation
        key = PathKey.parse(operation.path)
        self.template = key.template
        self._factory = factory
        self._protocol = protocol
        self._wiring = wiring
        self._guard = Guard(operation, wiring.schemes, wiring.auth) if operation.security else None
        self._tells_caller = binding.caller
        self._accept = binding.accept
        self._negotiation = _negotiation(operation)
        self._parameters = Parameters(
            operation,
            binding.arguments,
            schemas,
            accept_unknown=settings.accept_unknown_query or _hides_credentials(operation, wiring.schemes),
            more_query_names=(*_credential_names(operation, wiring.schemes), *key.literals),
        )
        self._bodies = Bodies(operation, binding.body, schemas, limits) if operation.body is not None else None
        self._outgoing = Outgoing(binding, wiring.codecs, settings)
        self._refusals = Refusals(operation, schemas)
        self._has_guarding_headers = operation.idempotency is not None or self._declares("428")
        self._open = wiring.scope
        self._around = applying(wiring.around, operation)
        self._inside = applying(wiring.inside, operation)
        self._checked: set[type] = set()
        self.bodiless = operation.method == "HEAD"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request as an ASGI application."""
        answer = await self.answer(scope, receive)
        await answer.send(receive, send, bodiless=self.bodiless)

    async def response(self, request: Request) -> Response:
        """Serves a request that FastAPI has routed itself, after the dependencies that were added there."""
        answer = await self.answer(request.scope, RequestContent(request))
        if answer.scope is not None:  # what FastAPI does next may fail, and nobody would send the stream
            request.scope["fastapi_inner_astack"].push_async_exit(answer.abandon)
        return AnswerResponse(answer)

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request.

        Raises:
            ContractViolation: the handler left the contract.
            Exception: whatever else the handler raised.
        """
        open_files: list[Callable[[], None]] = []
        answer: Answer | Refusal
        try:
            try:
                call = await self._read(scope, receive, open_files)
                answer = call if isinstance(call, Refusal) else await self._served(call)
            except Refusal as refusal:
                answer = refusal
            except ClientDisconnect:  # nobody will read the answer, but logs and metrics will
                answer = Refusal.malformed("The content ended early.")
            except Problem as problem:
                if handles_problem(scope, problem):
                    raise
                answer = self._outgoing.problem(problem, scope)
            if isinstance(answer, Refusal):
                answer = self._refused(answer, scope)
        except BaseException:
            close_all(open_files)
            raise
        if not isinstance(answer.content, bytes):
            answer.closing = open_files
        elif open_files:
            close_all(open_files)
        return answer

    async def _read(self, scope: Scope, receive: Receive, open_files: list[Callable[[], None]]) -> Call | Refusal:
        """The call, or the refusal of invalid values, which is too frequent to be raised."""
        caller = None if self._guard is None else await self._guard.caller(scope)
        headers = scope["headers"]
        arguments: dict[str, Any] = {}
        if self._negotiation is not None:
            chosen = self._chosen(headers)
            if self._accept is not None:
                arguments[self._accept] = chosen
        body = None if self._bodies is None else self._bodies.choose(headers)
        faults = self._parameters.read(self._path_values(scope), scope["query_string"], headers, arguments)
        if faults and any(fault.malformed for fault in faults):
            return self._malformed(faults)
        if self._bodies is not None:
            content = await self._body(body, receive, open_files)
            if type(content) is Faults:
                faults.append(content)
            else:
                arguments["body"] = content
        if faults:
            return self._invalid(faults)
        if self._tells_caller:
            arguments["caller"] = caller
        return Call(self.operation, caller, arguments, scope, self._outgoing)

    def _path_values(self, scope: Scope) -> Mapping[str, str]:
        found: Mapping[str, str] | None = scope.get("tally.path")
        if found is None:
            found = self.template.values(raw_segments(scope)) if self.template.names else _NO_VALUES
        return found

    def _chosen(self, headers: Sequence[tuple[bytes, bytes]]) -> str:
        assert self._negotiation is not None
        accept = b",".join(value for name, value in headers if name == b"accept").decode("latin-1") or "*/*"
        chosen = self._negotiation.choose(accept)
        if chosen is None:
            offered = self._negotiation.offered
            raise Refusal(406, "not acceptable", f"Ask for {' or '.join(offered)}.", members={"available": offered})
        return chosen

    async def _body(self, chosen: Any, receive: Receive, open_files: list[Callable[[], None]]) -> Any:
        assert self._bodies is not None
        if chosen is None:
            return Faults(Detail("body", "", "is required", "required")) if self._bodies.required else None
        media, read = chosen
        assert isinstance(media, MediaRange)
        try:
            return await read(receive, media, open_files)
        except Faults as faults:
            return faults.with_traceback(None)

    def _malformed(self, faults: Sequence[Faults]) -> Refusal:
        errors = [error for fault in faults if fault.malformed for error in fault.errors]
        return Refusal.malformed(_sentence(errors[0]), errors)

    def _invalid(self, faults: Sequence[Faults]) -> Refusal:
        errors = faults[0].errors if len(faults) == 1 else [error for fault in faults for error in fault.errors]
        return self._wants_header(errors) or Refusal.invalid(errors)

    def _wants_header(self, errors: Sequence[Detail]) -> Refusal | None:
        """The refusal for a missing header that has an answer of its own."""
        if not self._has_guarding_headers:
            return None
        missing = {
            error.pointer.lower() for error in errors if error.source == "header" and error.keyword == "required"
        }
        idempotency = self.operation.idempotency
        if idempotency is not None and f"/{idempotency.header.lower()}" in missing:
            detail = f"Send a new random {idempotency.header} with each change."
            return Refusal(400, "idempotency key missing", detail, errors)
        if len(errors) == 1 and missing & {"/if-match", "/if-unmodified-since"} and self._declares("428"):
            name = errors[0].pointer[1:]
            return Refusal(428, "precondition required", f"Send {name} with what you know of the resource.", errors)
        return None

    def _declares(self, status: str) -> bool:
        return any(reply.status == status for reply in self.operation.replies)

    def _served(self, call: Call) -> Awaitable[Answer]:
        return self._with_middleware(call) if self._around else self._within_scope(call)

    async def _with_middleware(self, call: Call) -> Answer:
        answers: list[tuple[Reply, Answer]] = []

        async def innermost() -> Reply:
            answer = await self._within_scope(call, answers)
            return answers[-1][0] if answers else _unreachable(answer)

        try:
            reply = await _wrapped(self._around, call, innermost)()
            chosen = next((answer for known, answer in answers if known is reply), None)
            if chosen is None:
                chosen = _replacing(answers, self._begun(reply, call))
        except BaseException as error:
            for _, answer in answers:
                await answer.leave(error)
            raise
        for _, answer in answers:
            if answer is not chosen:
                await answer.leave()
        return chosen

    async def _within_scope(self, call: Call, answers: list[tuple[Reply, Answer]] | None = None) -> Answer:
        """Runs the handler in its unit of work. The answer is complete before the commit, and sent after it."""
        scope = self._open(call)
        entered = await scope.__aenter__()
        try:
            reply = await self._handled(call, entered)
            answer = self._begun(reply, call) if self.bodiless else self._outgoing.reply(reply, call)
        except BaseException as error:
            await scope.__aexit__(type(error), error, error.__traceback__)
            raise
        if isinstance(answer.content, bytes):
            await scope.__aexit__(None, None, None)
        else:
            answer.scope = scope
            body = call.arguments.get("body")
            answer.source = body if isinstance(body, (BodyStream, Lines)) else None
        if answers is not None:
            answers.append((reply, answer))
        return answer

    def _begun(self, reply: Reply, call: Call) -> Answer:
        """The answer to a reply, whose stream is not even begun where nobody gets it."""
        answer = self._outgoing.reply(reply, call)
        if self.bodiless and not isinstance(answer.content, bytes):
            answer.content = b""
        return answer

    def _handled(self, call: Call, entered: Any) -> Awaitable[Reply]:
        handlers = self._factory(entered)
        if type(handlers) not in self._checked:
            check_handlers(type(handlers), self._protocol)
            self._checked.add(type(handlers))
        method = getattr(handlers, self.operation.handler)
        if not self._inside:
            return method(**call.arguments)  # type: ignore[no-any-return]

        async def innermost() -> Reply:
            return await method(**call.arguments)  # type: ignore[no-any-return]

        step: Callable[[], Awaitable[Reply]] = innermost
        for middleware in reversed(self._inside):
            step = _inside_step(middleware, call, entered, step)
        return step()

    def _refused(self, refusal: Refusal, scope: Scope) -> Answer:
        choose = self._wiring.settings.refusal
        problem = choose(self.operation, refusal) if choose is not None else None
        if problem is not None:
            return self._outgoing.problem(problem, scope)
        if "fastapi.telemetry" in scope:
            note_refusal(scope, refusal)
        error = wanted_error(scope, refusal)
        if error is not None:
            raise error
        status, content = self._refusals.answer(refusal, self.problem_members(scope))
        return problem_answer(status, content, refusal.headers)

    def problem_members(self, scope: Scope) -> Mapping[str, Any]:
        """Further members of every problem, as the settings say."""
        extra = self._wiring.settings.problem_members
        return extra(scope) if extra is not None else _NO_VALUES


_NO_VALUES: Mapping[str, str] = {}


def close_all(open_files: Iterable[Callable[[], None]]) -> None:
    """Closes the files of a request."""
    for close in open_files:
        close()


def _unreachable(answer: Answer) -> Reply:
    raise ContractViolation(f"an answer without a reply: {answer.status}")


def _replacing(answers: Sequence[tuple[Reply, Answer]], answer: Answer) -> Answer:
    """The answer that middleware gives instead: a streamed one goes on in the unit of work of the one it replaces."""
    replaced = answers[-1][1] if answers else None
    if replaced is not None and not isinstance(answer.content, bytes):
        answer.scope, replaced.scope = replaced.scope, None
        answer.source = replaced.source
    return answer


def _sentence(error: Detail) -> str:
    where = f" {error.pointer[1:]}" if error.pointer else ""
    return f"{error.source}{where}: {error.detail}"


def _wrapped(
    around: Sequence[Around], call: Call, step: Callable[[], Awaitable[Reply]]
) -> Callable[[], Awaitable[Reply]]:
    for middleware in reversed(around):
        step = _around_step(middleware, call, step)
    return step


def _around_step(
    middleware: Around, call: Call, step: Callable[[], Awaitable[Reply]]
) -> Callable[[], Awaitable[Reply]]:
    return lambda: middleware(call, step)


def _inside_step(
    middleware: Inside[Any], call: Call, entered: Any, step: Callable[[], Awaitable[Reply]]
) -> Callable[[], Awaitable[Reply]]:
    return lambda: middleware(call, entered, step)


def _negotiation(operation: Operation) -> Negotiation | None:
    """Only where there is a choice: elsewhere ``Accept`` is not looked at (RFC 9110, section 12.5.1 allows that)."""
    successes = [reply for reply in operation.replies if reply.status[0] in "123"]
    offered = list(dict.fromkeys(name for reply in successes for name in reply.media_types))
    return Negotiation(offered) if any(len(reply.media_types) > 1 for reply in successes) else None


def _hides_credentials(operation: Operation, schemes: Mapping[str, SecurityScheme]) -> bool:
    """Whether any query parameter may be the credentials of a scheme that the contract does not declare."""
    return any(schemes[name].type == "undeclared" for requirement in operation.security for name in requirement)


def _credential_names(operation: Operation, schemes: Mapping[str, SecurityScheme]) -> list[str]:
    """Query parameters that carry API keys of the operation."""
    used = [schemes[name] for requirement in operation.security for name in requirement]
    return [scheme.parameter for scheme in used if scheme.place == "query" and scheme.parameter]
