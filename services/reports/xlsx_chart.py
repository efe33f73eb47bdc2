"""A table of a workbook as bars beside it."""

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.title import title_maker
from openpyxl.worksheet.worksheet import Worksheet

from services.reports.document import Table

COLORS = ("107AA8", "E08E2B")


def bar_chart(sheet: Worksheet, table: Table, header: int, last: int) -> BarChart:
    """The columns that the table wants drawn; `header` is the row of its titles, `last` that of its last row."""
    chart = BarChart()
    chart.title = title = title_maker(table.title)
    chart.height, chart.width = 7, 17
    # Else newer readers draw a chart without axes, and its title and legend upon the bars.
    chart.x_axis.delete = chart.y_axis.delete = False
    title.overlay = chart.legend.overlay = False
    chart.legend.position = "b"
    # Below the bars that hang down, not among them.
    chart.x_axis.tickLblPos = "low"
    # Of money the axis tells no cents.
    chart.y_axis.number_format = "#,##0"
    for number, column in enumerate(table.columns, start=1):
        if column.key in table.chart:
            chart.add_data(Reference(sheet, min_col=number, min_row=header, max_row=last), titles_from_data=True)
    for series, color in zip(chart.series, COLORS, strict=False):
        series.graphicalProperties.solidFill = color
        # The library's own way says that the labels are numbers.
        labels = Reference(sheet, min_col=1, min_row=header + 1, max_row=last)
        series.cat = AxDataSource(strRef=StrRef(f=str(labels)))
    return chart
