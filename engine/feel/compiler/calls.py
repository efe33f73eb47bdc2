"""Invocations: built-in functions found while compiling, function values found when called, and function literals."""

from collections.abc import Callable, Sequence
from decimal import DecimalException

from engine.feel.compiler.arithmetic import too_large
from engine.feel.compiler.core import Closure, Code, Compiler, compiles
from engine.feel.errors import FeelBrokenOff, FeelLimitExceeded
from engine.feel.functions.coercion import Gathering, gatherer
from engine.feel.functions.registry import KINDS, Broken, Builtin, IllegalArgument, NoAnswer, Unsuitable, overloads
from engine.feel.json_values import normalise
from engine.feel.run import Run
from engine.feel.scopes import MISSING, Context, Scope
from engine.feel.syntax import Argument, FunctionLiteral, Invocation, Name, Node, Parameter, Path
from engine.feel.text import excerpt
from engine.feel.types import Checker, Checkers, checker
from engine.feel.values import Function, Value

# A parameter that a call with named arguments leaves out.
_LEFT_OUT = Code(lambda _scope, _run: MISSING)
_NOT_FOLDED = frozenset({"now", "today", "uuid", "random number", "assert"})


@compiles(Invocation)
def invocation(compiler: Compiler, node: Invocation) -> Code:
    if not isinstance(node.function, Name):
        return _dynamic(compiler, node, compiler.compile(node.function).run, "function")
    name = node.function.name
    if compiler.is_builtin(name):
        if name == "is defined" and len(node.arguments) == 1:
            return Code(presence(compiler, node.arguments[0].value))
        entry = choose(name, node.arguments, compiler)
        if entry is not None:
            return builtin_call(compiler, entry, node)
    if not compiler.is_bound(name):
        compiler.free.add(name)
    fallback = choose(name, node.arguments, compiler)
    otherwise = None if fallback is None else builtin_call(compiler, fallback, node).run
    return _dynamic(compiler, node, lambda scope, _run: normalise(scope.get(name, None)), name, otherwise)


def choose(name: str, arguments: Sequence[Argument], compiler: Compiler) -> Builtin | None:
    """The overload that takes these arguments."""
    candidates = overloads(name, compiler.dialect)
    # A dialect's own version goes before the shared one.
    candidates.sort(key=lambda entry: entry.dialect is None)
    if arguments and arguments[0].name is not None:
        names = [argument.name or "" for argument in arguments]
        return next((entry for entry in candidates if entry.fits_names(names)), None)
    return next((entry for entry in candidates if entry.fits(len(arguments))), None)


def builtin_call(compiler: Compiler, entry: Builtin, node: Invocation) -> Code:
    """A call of a built-in function, its arguments in the order of its parameters."""
    codes = [compiler.compile(argument.value) for argument in node.arguments]
    alternatives = [other for other in overloads(entry.name, compiler.dialect) if other is not entry]
    if node.arguments and node.arguments[0].name is not None:
        by_name = {argument.name: code for argument, code in zip(node.arguments, codes, strict=True)}
        last = max(index for index, parameter in enumerate(entry.parameters) if parameter.name in by_name)
        codes = [by_name.get(parameter.name) or _LEFT_OUT for parameter in entry.parameters[: last + 1]]
        alternatives = []
    if entry.takes_run or any(parameter.kind in {"list", "function"} for parameter in entry.parameters):
        compiler.needs_run = True
    gather = gatherer(entry, len(codes), strict=compiler.strict)
    others = [(gatherer(other, len(codes), strict=compiler.strict), other) for other in alternatives if other.fits(len(codes))]
    code = Code(_checked(entry, [code.run for code in codes], gather, others, node.at, strict=compiler.strict))
    return code if entry.name in _NOT_FOLDED else compiler.fold(code, *codes)


def _checked(
    entry: Builtin,
    arguments: list[Closure],
    gather: Gathering,
    others: list[tuple[Gathering, Builtin]],
    at: int,
    *,
    strict: bool,
) -> Closure:
    slow = _slow_call(entry, gather, others, at, strict=strict)
    simple = (
        not entry.takes_run
        and not others
        and not any(parameter.rest or parameter.spread or parameter.kind == "list" for parameter in entry.parameters)
    )
    accepted = [KINDS[parameter.kind] for parameter in entry.parameters[: len(arguments)]]
    if simple and len(arguments) == 1 and accepted[0]:
        return _one_argument(entry, arguments[0], accepted[0], slow, at, strict=strict)
    if simple and len(arguments) == 2 and accepted[0] and accepted[1]:
        return _two_arguments(entry, arguments, accepted, slow, at, strict=strict)
    return lambda scope, run: slow([argument(scope, run) for argument in arguments], run)


type Slow = Callable[[list[Value], Run], Value]


def _one_argument(
    entry: Builtin, argument: Closure, accepted: frozenset[type], slow: Slow, at: int, *, strict: bool
) -> Closure:
    call, name = entry.call, entry.name

    def invoke(scope: Context, run: Run) -> Value:
        value = argument(scope, run)
        if type(value) in accepted:
            try:
                answer = call(value)
            except Unsuitable as error:
                return failed(name, error, at, run, [value], strict=strict)
            except DecimalException as error:
                too_large(error)
            return answer if type(answer) is not str else weighed(answer, run)
        return slow([value], run)

    return invoke


def _two_arguments(
    entry: Builtin, arguments: list[Closure], accepted: list[frozenset[type]], slow: Slow, at: int, *, strict: bool
) -> Closure:
    call, name = entry.call, entry.name
    one, two = arguments
    accepts_one, accepts_two = accepted

    def invoke(scope: Context, run: Run) -> Value:
        first, second = one(scope, run), two(scope, run)
        if type(first) in accepts_one and type(second) in accepts_two:
            try:
                answer = call(first, second)
            except Unsuitable as error:
                return failed(name, error, at, run, [first, second], strict=strict)
            except DecimalException as error:
                too_large(error)
            return answer if type(answer) is not str else weighed(answer, run)
        return slow([first, second], run)

    return invoke


def failed(name: str, error: Exception, at: int, run: Run, arguments: Sequence[Value] = (), *, strict: bool = True) -> None:
    """Null, because the function has no answer."""
    if isinstance(error, Broken) and not strict:
        raise FeelBrokenOff(f"{name}(): {error}") from error
    if isinstance(error, NoAnswer):
        return None
    if isinstance(error, IllegalArgument) and arguments:
        shown = ", ".join(f"'{excerpt(argument)}'" for argument in arguments)
        return run.null("FUNCTION_INVOCATION_FAILURE", at, "Failed to invoke function '%s': Illegal arguments: %s", name, shown)
    return run.null("FUNCTION_INVOCATION_FAILURE", at, "Failed to invoke function '%s': %s", name, error)


def _slow_call(entry: Builtin, gather: Gathering, others: list[tuple[Gathering, Builtin]], at: int, *, strict: bool) -> Slow:
    def call(values: list[Value], run: Run) -> Value:
        try:
            try:
                return _apply(entry, gather(values, run), run)
            except Unsuitable as error:
                for other_gather, other in others:
                    try:
                        return _apply(other, other_gather(values, run), run)
                    except Broken as broken:
                        return failed(entry.name, broken, at, run, values, strict=strict)
                    except Unsuitable:
                        continue
                return failed(entry.name, error, at, run, values, strict=strict)
        except DecimalException as error:
            too_large(error)
        except OverflowError as error:
            raise FeelLimitExceeded(f"Function '{entry.name}' was given a number that is too large.") from error

    return call


def _apply(entry: Builtin, arguments: list[Value], run: Run) -> Value:
    return weighed(entry.call(run, *arguments) if entry.takes_run else entry.call(*arguments), run)


def weighed(value: Value, run: Run) -> Value:
    """The answer of a function; long strings cost steps, so that a loop cannot pile them up."""
    if type(value) is str and len(value) > 255:
        run.check_string(len(value))
    return value


def _dynamic(compiler: Compiler, node: Invocation, function: Closure, name: str, otherwise: Closure | None = None) -> Code:
    compiler.needs_run = True
    arguments = [(argument.name, compiler.compile(argument.value).run) for argument in node.arguments]
    at, strict = node.at, compiler.strict

    def invoke(scope: Context, run: Run) -> Value:
        target = function(scope, run)
        if type(target) is Function:
            values = [(key, value(scope, run)) for key, value in arguments]
            return call_function(target, values, at, run, strict=strict)
        if otherwise is not None:
            return otherwise(scope, run)
        names = [key for key, _ in arguments if key is not None]
        given = f"parameters: {', '.join(names)}" if names else f"{len(arguments)} parameters"
        return run.null("NO_FUNCTION_FOUND", at, "No function found with name '%s' and %s", name, given)

    return Code(invoke)


def call_function(
    function: Function, arguments: list[tuple[str | None, Value]], at: int, run: Run, *, strict: bool = False
) -> Value:
    """Call a function value with positional or named arguments."""
    if len(arguments) != len(function.parameters) and (strict or len(arguments) > len(function.parameters)):
        return _wrong_count(function, len(arguments), at, run)
    if arguments and arguments[0][0] is not None:
        named = {key: value for key, value in arguments if key is not None}
        if not set(named) <= set(function.parameters):
            return _wrong_count(function, len(arguments), at, run)
        return _bounded(function, [named.get(parameter) for parameter in function.parameters], at, run)
    if len(arguments) != len(function.parameters):
        return _wrong_count(function, len(arguments), at, run)
    return _bounded(function, [value for _, value in arguments], at, run)


def _wrong_count(function: Function, count: int, at: int, run: Run) -> None:
    parameters = ", ".join(function.parameters)
    return run.null("NO_FUNCTION_FOUND", at, "The function takes (%s) but was given %s arguments", parameters, count)


def _bounded(function: Function, values: list[Value], at: int, run: Run) -> Value:
    run.spend(2)
    if run.depth <= 0:
        raise FeelLimitExceeded(f"Functions call each other more than {run.limits.depth} levels deep.")
    run.depth -= 1
    try:
        return function.body(values, run)
    except Unsuitable as error:
        return failed(function.name, error, at, run)
    finally:
        run.depth += 1


@compiles(FunctionLiteral)
def function_literal(compiler: Compiler, node: FunctionLiteral) -> Code:
    compiler.needs_run = True
    names = tuple(parameter.name for parameter in node.parameters)
    if node.external:
        at = node.at
        return Code(lambda _scope, run: run.null("INVALID_TYPE", at, "External functions are not run"))
    before = compiler.weight
    with compiler.binding(names):
        body = compiler.compile(node.body).run
    weight = (compiler.weight - before) // 8
    checks = _type_checks(node.parameters, compiler.types)

    def build(scope: Context, _run: Run) -> Function:
        def call(values: Sequence[Value], run: Run) -> Value:
            run.spend(weight)
            if len(values) != len(names):
                raise Unsuitable(f"the function takes {len(names)} arguments but was given {len(values)}")
            for index, check in checks:
                if values[index] is not None and not check(values[index]):
                    raise Unsuitable(f"the argument '{names[index]}' has the wrong type")
            return body(Scope(scope, dict(zip(names, values, strict=True))), run)

        return Function(names, call)

    return Code(build)


def _type_checks(parameters: Sequence[Parameter], types: Checkers) -> list[tuple[int, Checker]]:
    checks: list[tuple[int, Checker]] = []
    for index, parameter in enumerate(parameters):
        wanted = None if parameter.type is None else checker(parameter.type, types)
        if wanted is not None:
            checks.append((index, wanted))
    return checks


def presence(compiler: Compiler, node: Node) -> Closure:
    """`is defined`: for Camunda whether the value is not null, else whether the variable or entry exists."""
    if not compiler.strict:
        value = compiler.compile(node).run
        return lambda scope, run: value(scope, run) is not None
    if isinstance(node, Name):
        key = node.name
        if not compiler.is_bound(key):
            compiler.free.add(key)
        return lambda scope, _run: scope.get(key, MISSING) is not MISSING
    if isinstance(node, Path):
        source, entry = compiler.compile(node.source).run, node.name
        value = compiler.compile(node).run

        def has_entry(scope: Context, run: Run) -> bool:
            holder = source(scope, run)
            if hasattr(holder, "keys"):
                return entry in holder
            return value(scope, run) is not None

        return has_entry
    inner = compiler.compile(node)
    if inner.is_constant:
        return lambda _scope, _run: True
    run_inner = inner.run
    return lambda scope, run: run_inner(scope, run) is not None
