"""`and`, `or`, `if`, and `instance of`."""

from engine.feel.compiler.core import Closure, Code, Compiler, compiles
from engine.feel.run import Run
from engine.feel.scopes import MISSING, Context
from engine.feel.syntax import If, InstanceOf, Logical
from engine.feel.text import excerpt
from engine.feel.types import checker
from engine.feel.values import Value


@compiles(Logical)
def logical(compiler: Compiler, node: Logical) -> Code:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    # `and` is settled by one false, `or` by one true.
    settles = node.operator == "or"
    return compiler.fold(Code(_logical(left.run, right.run, settles=settles, at=node.at)), left, right)


def _logical(left: Closure, right: Closure, *, settles: bool, at: int) -> Closure:
    neutral = not settles

    def decide(scope: Context, run: Run) -> bool | None:
        first = left(scope, run)
        if first is settles:
            return settles
        if first is not neutral:
            no_boolean(first, at, run)
        second = right(scope, run)
        if second is settles:
            return settles
        # Where the first was no boolean already, nothing is said of the second, as in Camunda.
        if first is neutral and second is not neutral:
            no_boolean(second, at, run)
        return neutral if first is neutral and second is neutral else None

    return decide


def no_boolean(value: Value, at: int, run: Run) -> None:
    """Say that something else stands where a boolean should."""
    run.null("INVALID_TYPE", at, "Expected boolean but found '%s'", excerpt(value))


@compiles(If)
def condition(compiler: Compiler, node: If) -> Code:
    test, then, otherwise = (compiler.compile(part) for part in (node.condition, node.then, node.otherwise))
    if test.is_constant and type(test.constant) is bool:
        return then if test.constant is True else otherwise
    decide, yes, no, at = test.run, then.run, otherwise.run, node.condition.at

    def choose(scope: Context, run: Run) -> Value:
        answer = decide(scope, run)
        if answer is True:
            return yes(scope, run)
        if answer is not False:
            no_boolean(answer, at, run)
        return no(scope, run)

    return Code(choose)


@compiles(InstanceOf)
def instance_of(compiler: Compiler, node: InstanceOf) -> Code:
    value = compiler.compile(node.value)
    wanted = checker(node.type, compiler.types)
    inner, at = value.run, node.at
    if wanted is None:
        unknown = node.type.name
        if not compiler.strict:
            return compiler.fold(Code(lambda scope, run: inner(scope, run) is MISSING), value)
        return Code(lambda _scope, run: run.null("INVALID_TYPE", at, "There is no type '%s'", unknown))
    return compiler.fold(Code(lambda scope, run: wanted(inner(scope, run))), value)
