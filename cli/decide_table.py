"""Decision tables on a terminal: the rules, those that matched marked, and what an analysis finds."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.dmn import DecisionEvaluation, DecisionModel, EvaluatedDecision
from engine.dmn.analysis import analyse_table
from engine.dmn.model import DecisionTable
from engine.feel import format_value

console = Console(highlight=False, soft_wrap=True)


def explain(model: DecisionModel, evaluation: DecisionEvaluation) -> None:
    """Print every table that was evaluated, in order, with inputs, matched rules and answer."""
    for line in evaluation.evaluated_decisions:
        decision = model.decisions.get(line.id)
        expression = None if decision is None else decision.expression
        if isinstance(expression, DecisionTable):
            console.print(rules_table(expression, line))
        console.print(f"{escape(line.name)} = [bold]{escape(format_value(line.output))}[/bold]\n")


def rules_table(table: DecisionTable, line: EvaluatedDecision) -> Table:
    """The table as drawn; a matched rule has an arrow."""
    matched = {rule.index for rule in line.matched_rules}
    title = f"{escape(line.name)} ({table.hit_policy})"
    shown = Table(title=title, title_justify="left", show_lines=False)
    shown.add_column("")
    for index, clause in enumerate(table.inputs):
        value = format_value(line.inputs[index].value) if index < len(line.inputs) else ""
        shown.add_column(f"{escape(clause.title)}\n= {escape(value)}", overflow="fold")
    for output in table.outputs:
        shown.add_column(escape(output.title), style="bold", overflow="fold")
    for number, rule in enumerate(table.rules, start=1):
        cells = [escape(cell.text or "-") for cell in (*rule.inputs, *rule.outputs)]
        is_matched = number in matched
        shown.add_row(f"{'→' if is_matched else ' '} {number}", *cells, style="green" if is_matched else "dim")
    return shown


def print_analysis(model: DecisionModel) -> None:
    """Print what is wrong with each table of the file."""
    for decision in model.decisions.values():
        if isinstance(decision.expression, DecisionTable):
            analysis = analyse_table(decision.expression, dialect=model.dialect)
            console.print(f"[bold]{escape(decision.name)}[/bold]")
            for sentence in analysis.sentences() or ["complete and free of overlaps"]:
                console.print(f"  {escape(sentence)}")
