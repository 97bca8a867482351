"""The canonical document: every operation written out in place, every class among the components."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tallystick.contract.model import (
    Body,
    Contract,
    Example,
    Header,
    Link,
    MediaType,
    Operation,
    Parameter,
    Reply,
    Schema,
    SecurityScheme,
    Server,
)
from tallystick.document import METHODS

__all__ = ["DocumentWriter", "info_object", "security_schemes", "server_object"]

_Json = dict[str, Any]
_EMPTY_REPLY: Final = {"description": "No description."}


class DocumentWriter:
    """Writes the model back as an OpenAPI 3.1 document.

    ``schema`` gives the canonical form of a schema; ``origins`` notes which pointer of the description each written
    object came from, by the object's identity. ``report`` takes code, message and pointer of a loss.
    """

    def __init__(
        self, schema: Callable[[Schema], _Json], origins: dict[int, str], report: Callable[[str, str, str], None]
    ) -> None:
        self._schema = schema
        self._origins = origins
        self._report = report

    def paths(self, contract: Contract) -> _Json:
        """The Paths Object."""
        return self._path_items(contract.operations)

    def webhooks(self, contract: Contract) -> _Json:
        """The webhooks by name."""
        return self._path_items(contract.webhooks)

    def _path_items(self, operations: Iterable[Operation]) -> _Json:
        items: _Json = {}
        for operation in operations:
            item = items.setdefault(operation.path, {})
            written = self._operation(operation)
            method = operation.method.lower()
            if method in METHODS and operation.method == method.upper():
                item[method] = written
            else:
                item.setdefault("additionalOperations", {})[operation.method] = written
        return items

    def _operation(self, operation: Operation) -> _Json:
        written: _Json = {"operationId": operation.id}
        written.update(_said(tags=list(operation.tags), summary=operation.summary, description=operation.description))
        if operation.deprecated:
            written["deprecated"] = True
        if operation.parameters:
            written["parameters"] = [self._parameter(parameter) for parameter in operation.parameters]
        if operation.body is not None:
            written["requestBody"] = self._body(operation.body)
        written["responses"] = {reply.status: self._reply(reply) for reply in operation.replies} or {
            "default": dict(_EMPTY_REPLY)
        }
        if operation.callbacks:
            written["callbacks"] = {callback.id: self._path_items([callback]) for callback in operation.callbacks}
        if operation.security_stated:
            written["security"] = [{key: list(scopes) for key, scopes in r.items()} for r in operation.security]
        if operation.servers:
            written["servers"] = [server_object(server) for server in operation.servers]
        return self._from(operation.location.pointer, {**written, **operation.extensions})

    def _parameter(self, parameter: Parameter) -> _Json:
        written: _Json = {"name": parameter.name, "in": parameter.place, **_said(description=parameter.description)}
        if parameter.required:
            written["required"] = True
        written.update(
            _said(
                deprecated=parameter.deprecated,
                allowReserved=parameter.allow_reserved,
                allowEmptyValue=parameter.allow_empty,
            )
        )
        if parameter.content:
            written["content"] = self._content(parameter.content)
        else:
            written |= {"style": parameter.style, "explode": parameter.explode}
            written["schema"] = self._schema(parameter.schema) if parameter.schema is not None else {}
        written.update(self._examples(parameter.examples))
        return self._from(parameter.location.pointer, {**written, **parameter.extensions})

    def _body(self, body: Body) -> _Json:
        written: _Json = {**_said(description=body.description), "content": self._content(body.content)}
        if body.required:
            written["required"] = True
        return self._from(body.location.pointer, {**written, **body.extensions})

    def _content(self, content: Iterable[MediaType]) -> _Json:
        return {media.name: self._media(media) for media in content}

    def _media(self, media: MediaType) -> _Json:
        written: _Json = {}
        if media.schema is not None:
            written["schema"] = self._schema(media.schema)
        if media.item_schema is not None:
            written["itemSchema"] = self._schema(media.item_schema)
        written.update(self._examples(media.examples))
        if media.encoding:
            written["encoding"] = {name: _encoding(encoding) for name, encoding in media.encoding.items()}
            for name, encoding in media.encoding.items():
                if encoding.headers:
                    written["encoding"][name]["headers"] = self._headers(encoding.headers)
        return self._from(media.location.pointer, written)

    def _reply(self, reply: Reply) -> _Json:
        written: _Json = {"description": reply.description}
        if reply.headers:
            written["headers"] = self._headers(reply.headers)
        if reply.content:
            written["content"] = self._content(reply.content)
        if links := [link for link in reply.links if self._has_target(link)]:
            written["links"] = {link.name: _link(link) for link in links}
        return self._from(reply.location.pointer, {**written, **reply.extensions})

    def _has_target(self, link: Link) -> bool:
        if link.operation_id:
            return True
        message = f"the link {link.name!r} names no operationId: it is left out; name one in place of `operationRef`"
        self._report("canonical-link", message, link.location.pointer)
        return False

    def _headers(self, headers: Iterable[Header]) -> _Json:
        return {header.name: self._header(header) for header in headers}

    def _header(self, header: Header) -> _Json:
        written: _Json = _said(description=header.description, required=header.required, deprecated=header.deprecated)
        if header.content:
            written["content"] = self._content(header.content)
        else:
            written |= {"style": "simple", "explode": header.explode}
            written["schema"] = self._schema(header.schema) if header.schema is not None else {}
        return self._from(header.location.pointer, written)

    @staticmethod
    def _examples(examples: Iterable[Example]) -> _Json:
        named = {}
        for example in examples:
            value = {"externalValue": example.external} if example.external else {"value": example.value}
            named[example.name or "example"] = {**_said(summary=example.summary), **value}
        return {"examples": named} if named else {}

    def _from(self, pointer: str, written: _Json) -> _Json:
        self._origins[id(written)] = pointer
        return written


def info_object(contract: Contract) -> _Json:
    """The Info Object, with what the specification has for it and nothing else (section 4.8.2)."""
    info = contract.info
    written: _Json = {"title": contract.title, "version": contract.version or "0"}
    written.update(_texts(info, ("summary", "description", "termsOfService")))
    if contact := _texts(info.get("contact"), ("name", "url", "email")):
        written["contact"] = contact
    licence = _texts(info.get("license"), ("name", "identifier", "url"))
    if "name" in licence:
        written["license"] = licence
    return {**written, **{key: value for key, value in info.items() if key.startswith("x-")}}


def _texts(value: Any, keys: Iterable[str]) -> _Json:
    """The fields that are texts, and extensions."""
    if not isinstance(value, Mapping):
        return {}
    said = {key: value[key] for key in keys if isinstance(value.get(key), str) and value[key]}
    return {**said, **{key: child for key, child in value.items() if key.startswith("x-")}}


def security_schemes(schemes: Mapping[str, SecurityScheme]) -> _Json:
    """The schemes by key."""
    return {key: _scheme(scheme) for key, scheme in schemes.items()}


def _scheme(scheme: SecurityScheme) -> _Json:
    written: _Json = {"type": scheme.type, **_said(description=scheme.description)}
    if scheme.type == "apiKey":
        return {**written, "name": scheme.parameter, "in": scheme.place}
    if scheme.type == "http":
        return {**written, "scheme": scheme.scheme, **_said(bearerFormat=scheme.bearer_format)}
    if scheme.type == "oauth2":
        return {**written, "flows": {name: _flow(name, flow) for name, flow in scheme.flows.items()}}
    return {**written, "openIdConnectUrl": scheme.openid_url or ""} if scheme.type == "openIdConnect" else written


def _encoding(encoding: Any) -> _Json:
    stated = _said(contentType=encoding.content_type, allowReserved=encoding.allow_reserved)
    return {**stated, "style": encoding.style, "explode": encoding.explode}


def _link(link: Link) -> _Json:
    parameters = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in link.parameters.items()
    }
    written = _said(operationId=link.operation_id, parameters=parameters, description=link.description)
    return {**written, "requestBody": link.request_body} if link.request_body is not None else written


_FLOW_ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "implicit": ("authorizationUrl",), "password": ("tokenUrl",), "clientCredentials": ("tokenUrl",),
    "authorizationCode": ("authorizationUrl", "tokenUrl"),
    "deviceAuthorization": ("deviceAuthorizationUrl", "tokenUrl"),
}  # fmt: skip


def _flow(name: str, flow: Mapping[str, Any]) -> _Json:
    """A flow with the addresses that it must have (section 4.8.29); one that is missing is empty."""
    addresses = _FLOW_ADDRESSES.get(name, ())
    scopes = flow.get("scopes")
    named = scopes.items() if isinstance(scopes, Mapping) else ()
    return {
        **dict.fromkeys(addresses, ""),
        **_texts(flow, (*addresses, "refreshUrl")),
        "scopes": {scope: text if isinstance(text, str) else "" for scope, text in named},
    }


def server_object(server: Server) -> _Json:
    """A Server Object (section 4.8.5)."""
    variables = {name: _variable(variable) for name, variable in server.variables.items()}
    return {"url": server.url, **_said(description=server.description, variables=variables)}


def _variable(variable: Mapping[str, Any]) -> _Json:
    """A server variable; numbers in place of text are written as text."""
    values = variable.get("enum")
    listed = [str(value) for value in values if not isinstance(value, dict | list)] if isinstance(values, list) else []
    stated = variable.get("default")
    default = "" if stated is None or isinstance(stated, dict | list) else str(stated)
    return {"default": default, **_said(enum=listed), **_texts(variable, ("description",))}


def _said(**fields: Any) -> _Json:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}
