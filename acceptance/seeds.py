"""The queries of the documents that weir is made from, cut out of their text as they are printed."""

import re

RECIPES = "vnet-flow-logs-recipes.txt"
SCHEMA = "traffic-analytics-schema.txt"
#: A line of a query: a table alone, a `let`, an operator, or an operator behind a comment.
LINE = re.compile(r"NTA\w+$|let \w+\s*=|\||//\s*\|")


def recipes(folder):
    """The recipes' queries in the order of the text: lines that are KQL, as long as they follow each other."""
    queries, lines = [], []
    for line in (folder / RECIPES).read_text().splitlines() + [""]:
        if LINE.match(line.strip()):
            lines.append(line)
        elif lines:
            queries.append("\n".join(lines))
            lines = []
    return queries


def of_schema(folder):
    """The two queries of the schema page: the last month by public address, and the blob behind a row."""
    text = (folder / SCHEMA).read_text()
    first = text.index("AzureNetworkAnalytics_CL\n| where SubType_s")
    second = text.index("let TableWithBlobId")
    return [
        text[first : text.index("\n\n", first)],
        text[second : text.index("The previous query constructs", second)],
    ]


def queries(folder):
    return recipes(folder) + of_schema(folder)


def holding(folder, *words):
    """The recipe that says all of `words`; a line break stands for the beginning or the end of a line."""
    [query] = [query for query in recipes(folder) if all(word in f"\n{query}\n" for word in words)]
    return query
