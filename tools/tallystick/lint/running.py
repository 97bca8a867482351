"""One lint run: reading's own findings, the meta-schema, then every rule in a single walk."""

from __future__ import annotations

from collections.abc import Iterable

from tallystick.contract import Contract, read
from tallystick.contract.visit import Visitors
from tallystick.document import Bundle, join
from tallystick.findings import Finding, Level, ordered
from tallystick.lint.adopted import adopted
from tallystick.lint.context import Context
from tallystick.lint.meta_schema import faults
from tallystick.lint.registry import all_rules
from tallystick.lint.rule import Check
from tallystick.lint.second_opinion import second_opinion
from tallystick.lint.settings import Settings
from tallystick.lint.silence import silenced

__all__ = ["run"]

_VALIDITY = "schema-valid"


def run(bundle: Bundle, settings: Settings | None = None, contract: Contract | None = None) -> list[Finding]:
    """Everything that is wrong with a description, sorted.

    ``contract`` saves reading the bundle again. Places that the description silences by ``x-tally-ignore`` are left
    out; the ignore file is the caller's business (:mod:`tallystick.ignore`). Raises InputError for wrong settings.
    """
    settings = settings or Settings()
    settings.check()
    contract = contract or read(bundle)
    levels = settings.levels()
    context = Context(bundle, contract, levels)
    noted = list(adopted(contract.findings, levels))
    _meta_schema(context, noted)
    checks = _checks(context, settings)
    _visitors(checks).visit(contract, context.tree)
    for check in checks:
        check.finish()
    why_not = context.judge()
    if why_not is not None:
        message = f"examples and defaults could not be checked, because a schema cannot be compiled: {why_not}"
        context.findings.append(Finding("values-unchecked", Level.WARNING, message, bundle.place("")))
    context.findings = _merged(context.findings, noted)
    if settings.validator:
        context.findings += second_opinion(bundle, context.findings)
    return ordered(silenced(context.findings, context))


def _checks(context: Context, settings: Settings) -> list[Check]:
    rules = [rule for name, rule in all_rules().items() if name in context.levels]
    return [rule.check(context, settings.options(rule)) for rule in rules]


def _visitors(checks: Iterable[Check]) -> Visitors:
    visitors = Visitors()
    for check in checks:
        for subscription in check.rule.subscriptions:
            visitors.add(subscription.node_type, getattr(check, subscription.method), subscription.having)
    return visitors


def _merged(own: Iterable[Finding], noted: Iterable[Finding]) -> list[Finding]:
    """Own findings once per place and message (a shared component has many operations), then what only reading saw."""
    found: dict[tuple[object, ...], Finding] = {}
    for finding in own:
        found.setdefault((finding.code, finding.place, finding.message), finding)
    seen = {(code, place) for code, place, _ in found}
    for finding in noted:
        if (finding.code, finding.place) not in seen:
            found.setdefault((finding.code, finding.place, finding.message), finding)
    return list(found.values())


def _meta_schema(context: Context, noted: Iterable[Finding]) -> None:
    """Faults that reading has noted already are left out: its messages say more."""
    known = {
        (finding.place.file, finding.place.pointer)
        for finding in noted
        if finding.level is Level.ERROR and finding.code == _VALIDITY
    }
    for fault in faults(context.bundle.value):
        pointer = join("", *fault.tokens)
        place = context.bundle.place(pointer)
        if (place.file, place.pointer) not in known:
            context.add(_VALIDITY, pointer, fault.message, key=fault.at_key)
