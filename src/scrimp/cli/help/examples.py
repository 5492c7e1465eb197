"""Examples of each command for its page of the manual; a test runs every one as it is written."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Example(Struct, frozen=True):
    """A line of a shell, and what it does."""

    says: str
    command: str


_ASK = "'Positive or negative? {review}'"
EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "run": (
        Example(
            "Label the rows of a table, for at most two dollars",
            f"scrimp run reviews.csv -t {_ASK} --choices positive,negative --max-cost 2 -o labels.csv",
        ),
        Example(
            "The exact requests of the first rows, keys hidden, none of them sent",
            f"scrimp run reviews.csv -t {_ASK} --dry-run",
        ),
        Example(
            "Try twenty rows at random before all of them",
            f"scrimp run reviews.csv -t {_ASK} --choices positive,negative --sample 20",
        ),
        Example(
            "Only the rows that failed in a former output",
            f"scrimp run reviews.csv -t {_ASK} --only-failed labels.csv -o again.csv",
        ),
        Example(
            "A file for each answer, named by the row's id",
            "scrimp run reviews.csv -t 'Reply to: {review}' -o 'replies/{id}.md'",
        ),
        Example(
            "One prompt a line from another program, completions alone to the next",
            "cut -d, -f1 cities.csv | scrimp run -t 'The country of {text}, one word' --out text | sort | uniq -c",
        ),
        Example(
            "Look at the pictures that a column names, by path or by URL",
            "scrimp run photos.csv --attach-field photo -t 'Is the article damaged?' --choices yes,no",
        ),
        Example(
            "The pictures of a folder",
            "ls *.png | scrimp run --attach-field line --id-field line -t 'Describe the picture.'",
        ),
        Example(
            "Ask the cheap models first, the best one only where they are not sure",
            f"scrimp run reviews.csv -t {_ASK} --choices positive,negative --chain simple,high",
        ),
        Example(
            "The second of eight jobs that share the rows, each with an output of its own",
            f"scrimp run reviews.csv -t {_ASK} --shard 2/8 -o labels-2.jsonl",
        ),
        Example(
            "Four processes of this machine, where one core is too slow",
            f"scrimp run reviews.csv -t {_ASK} --engine processes --workers 4 -o labels.jsonl",
        ),
        Example(
            "Resume a run that was stopped: the same command again", f"scrimp run reviews.csv -t {_ASK} -o labels.jsonl"
        ),
    ),
    "batch": (
        Example("What has been submitted, how old it is and how far", "scrimp batch list"),
        Example("Which old jobs, with all their rows printed, could be removed", "scrimp batch prune --dry-run"),
    ),
    "ask": (
        Example("Ask", "scrimp ask 'What is the capital of France?'"),
        Example("Add a file to the question", "scrimp ask 'Who is mentioned in this text?' < article.txt"),
        Example("Add the output of a program", "git diff | scrimp ask 'Write a commit message.'"),
        Example(
            "Ask one model, with a system text",
            "scrimp ask -m openai/gpt-6-luna -s 'Answer in French.' 'Why is the sky blue?'",
        ),
        Example("Ask about a PDF or an image", "scrimp ask 'What is the total?' --attach invoice.pdf"),
        Example("Continue the last conversation", "scrimp ask --continue 'In one sentence, please.'"),
    ),
    "estimate": (
        Example(
            "What a run would cost, without making a call", f"scrimp estimate reviews.csv -t {_ASK} --max-output 5"
        ),
    ),
    "compress": (
        Example("See what would be saved", "scrimp compress services.json --dry-run"),
        Example("See what a run would send for its first row", f"scrimp compress reviews.csv -t {_ASK} --diff"),
        Example(
            "Answer from part of a long text", "scrimp compress article.txt --level focus --query 'Who founded it?'"
        ),
    ),
    "route": (Example("Where each prompt would go, and why", f"scrimp route reviews.csv -t {_ASK} --explain"),),
    "cost": (
        Example("What the last week cost, by model", "scrimp cost --since 7d --by model"),
        Example("The same for a program", "scrimp cost --since 7d --by model --json"),
        Example("What a call costs, how often calls fail and how long they take", "scrimp cost --since 7d --rates"),
        Example("Each day as a bar", "scrimp cost --since 30d --by day --plot"),
        Example("A page with charts, to be sent around", "scrimp cost --since 30d --html costs.html"),
        Example("What was saved, and by what", "scrimp cost saved --since 30d"),
        Example("Every call for a spreadsheet", "scrimp cost export --since 7d -o calls.csv"),
        Example("And for DuckDB or pandas, with types", "scrimp cost export -o calls.parquet"),
    ),
    "runs": (
        Example("Recent runs, with what they cost", "scrimp runs list"),
        Example("The bill of the last one", "scrimp runs show last"),
        Example("The same as a page with charts", "scrimp runs show last --html run.html"),
        Example("Send its failed rows again", "scrimp runs errors last | scrimp run - -o retried.jsonl"),
        Example("Add up the costs of other machines here, from copies of their homes", "scrimp runs merge node-*/"),
    ),
    "cache": (
        Example("How much is kept", "scrimp cache stats"),
        Example("Take completions to another machine", "scrimp cache export completions.jsonl"),
    ),
    "prices": (
        Example("Whether a model in use has no price, or one that changes soon", "scrimp prices check"),
        Example("How the price of a model is found", "scrimp prices check openai/gpt-6-luna"),
        Example("Where LiteLLM's table differs", "scrimp prices check --against model_prices_and_context_window.json"),
        Example("What newer data of genai-prices would change", "scrimp prices update data.json --dry-run"),
        Example("A price of your own", "scrimp prices set openai/gpt-6-luna --input 0.08 --output 0.40"),
    ),
    "models": (Example("The models of the tiers", "scrimp models"),),
    "config": (
        Example("Begin a config file", "scrimp config init"),
        Example("What is in force, and where it comes from", "scrimp config show --origin"),
        Example("Find mistakes", "scrimp config check"),
    ),
    "doctor": (Example("Is everything in place?", "scrimp doctor"),),
    "local": (Example("Where the embedded model is, or would be", "scrimp local status"),),
    "completion": (Example("Complete words in bash, for this session", 'eval "$(scrimp completion bash)"'),),
    "help": (
        Example("What pages there are", "scrimp help"),
        Example("The first hour with scrimp", "scrimp help tutorial"),
        Example("All about a command", "scrimp help run"),
    ),
}
