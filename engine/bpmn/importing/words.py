"""What words, operators and methods of JUEL, Groovy, JavaScript and Python are called in FEEL."""

# Operators by how tightly they bind, loosest first.
OR = {"or": "or", "||": "or"}
AND = {"and": "and", "&&": "and"}
COMPARISONS = {
    "==": "=",
    "===": "=",
    "eq": "=",
    "!=": "!=",
    "!==": "!=",
    "ne": "!=",
    "<": "<",
    "lt": "<",
    ">": ">",
    "gt": ">",
    "<=": "<=",
    "le": "<=",
    ">=": ">=",
    "ge": ">=",
    "is": "=",
}
SUMS = {"+": "+", "-": "-"}
PRODUCTS = {"*": "*", "/": "/", "div": "/", "%": "modulo", "mod": "modulo"}

LITERALS = {"true": "true", "True": "true", "false": "false", "False": "false", "null": "null", "None": "null"}

# What Camunda 7 counts in a loop. Zeebe counts its turns from 1.
COUNTERS = {
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "loopCounter": "(loopCounter - 1)",
}

# Words that are never data: they control what is done, or are objects of the engine.
CODE = frozenset(
    {
        *("if", "else", "for", "in", "lambda", "import", "new", "return", "def", "var", "let", "await", "yield", "del"),
        *("execution", "task", "connector", "S", "JSON", "XML", "Math"),
    }
)

# Functions, by their number of arguments; {0}, {1} are the arguments.
FUNCTIONS = {
    ("len", 1): "count({0})",
    ("str", 1): "string({0})",
    ("abs", 1): "abs({0})",
    # What is a number already has no `number(…)` in Zeebe 8.5.
    ("int", 1): "(if number(string({0})) < 0 then ceiling(number(string({0}))) else floor(number(string({0}))))",
    ("float", 1): "number(string({0}))",
    ("round", 1): "decimal({0}, 0)",
    ("round", 2): "decimal({0}, {1})",
    ("sum", 1): "sum({0})",
    ("max", 1): "max({0})",
    ("max", 2): "max({0}, {1})",
    ("min", 1): "min({0})",
    ("min", 2): "min({0}, {1})",
    ("now", 0): "now()",
}

# `empty` of JUEL asks for null, empty texts, lists and maps at once, and is never null itself.
EMPTY = '({0} = null or list contains(["", "[]", "{{}}"], string({0})))'

# Methods by their number of arguments; {0} is what they are called on.
METHODS = {
    ("size", 0): "count({0})",
    ("length", 0): "string length({0})",
    ("isEmpty", 0): EMPTY,
    ("equals", 1): "({0} = {1})",
    ("equalsIgnoreCase", 1): "(lower case({0}) = lower case({1}))",
    ("toLowerCase", 0): "lower case({0})",
    ("lower", 0): "lower case({0})",
    ("toUpperCase", 0): "upper case({0})",
    ("upper", 0): "upper case({0})",
    ("startsWith", 1): "starts with({0}, {1})",
    ("startswith", 1): "starts with({0}, {1})",
    ("endsWith", 1): "ends with({0}, {1})",
    ("endswith", 1): "ends with({0}, {1})",
    ("toString", 0): "string({0})",
}
