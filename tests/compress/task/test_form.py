"""Instructions that speak of form, or need every sentence, are told from those that ask for a value."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.compress.extract.quantities import unstated_quantity
from scrimp.compress.task.form import about_all, about_form
from scrimp.enums import Level

HERE = Path(__file__).parent
# The batches that have, in each language, a sentence for each of 29 words of form ("indent", "verbatim"), and for each
# of 25 ways to name a place, a count or a shape of the text (not in Bengali and Indonesian); and that of system texts.
PLAIN, PLACES, SYSTEM_TEXTS = 47, 54, 53


def prompts(name: str) -> list[str]:
    """Return the prompts of a file, one a line, in thirteen languages."""
    return [line for line in (HERE / f"{name}.txt").read_text("utf-8").split("\n") if line]


def batches(kind: str, *, only: int | None = None) -> list[str]:
    """Return the prompts of a kind from the batches, each measured before anything was tuned on it."""
    rows = (HERE / "batches.jsonl").read_text("utf-8").splitlines()
    return [row["text"] for row in map(json.loads, rows) if row["kind"] == kind and only in (None, row["batch"])]


def test_the_batches_about_form_are_found_and_few_others() -> None:
    missed = [prompt for prompt in batches("form") if not about_form(prompt)]
    wrong = [(prompt, words) for prompt in batches("other") if (words := about_form(prompt))]

    assert len(missed) <= 0.01 * len(batches("form")), missed
    assert len(wrong) <= 0.07 * len(batches("other")), wrong


@pytest.mark.parametrize(("batch", "at_least"), [(PLAIN, 360), (PLACES, 270)])
def test_a_plain_sentence_for_each_word_of_form_is_about_it_in_every_language(batch: int, at_least: int) -> None:
    plain = batches("form", only=batch)

    assert len(plain) >= at_least
    assert [prompt for prompt in plain if not about_form(prompt)] == []


def test_what_a_system_text_says_of_the_answer_does_not_keep_the_white_space_of_data() -> None:
    texts = batches("other", only=SYSTEM_TEXTS)
    kept = [(text, words) for text in texts if (words := about_form(text))]

    assert len(texts) >= 60
    assert len(kept) <= 0.05 * len(texts), kept


@pytest.mark.parametrize(
    "question",
    [
        "Will this fit on one screen?",
        "Does it look machine-made?",
        "How much of this is air?",
        "¿Cabe esto en una pantalla?",
        "Sembra fatto da una macchina?",
        "Похоже, что это сделала машина?",
        "一屏放得下吗？",
    ],
)
def test_a_question_of_how_data_looks_is_about_form_though_no_list_has_its_words(question: str) -> None:
    assert about_form(question)
    assert about_form(question, of_prose=True) is None


@pytest.mark.parametrize(
    "question",
    [
        "Apa status pesanan 1043?",
        "Berapa harganya hari ini?",
        "Quem mora neste pr\u00e9dio?",
        "Voc\u00ea aceitaria o mesmo hor\u00e1rio?",
    ],
)
def test_a_word_of_one_language_is_not_taken_for_one_of_form_in_another(question: str) -> None:
    assert about_form(question) is None


@pytest.mark.parametrize("order", ["Ich brauche das in YAML.", "Extract every number.", "总结所有条目。"])
def test_an_order_that_is_all_that_is_asked_is_not_taken_for_one_about_the_answer(order: str) -> None:
    assert about_form(order)


@pytest.mark.parametrize(
    "prompt",
    ["Frobnicate it.", "Frobnicated model, please.", "Could you frobnicate it?", "Does it comply?", "Fais-le."],
)
def test_a_task_that_asks_for_nothing_known_is_about_form(prompt: str) -> None:
    assert about_form(prompt) == prompt


@pytest.mark.parametrize(
    "answer",
    [
        "Answer as JSON.",
        'Reply with valid JSON only: {"label": "...", "format": "one line"}',
        "Return a JSON object with the keys label and reason, and nothing else.",
        "Answer in at most 30 words, no markdown.",
    ],
)
def test_the_form_of_the_answer_is_not_that_of_the_data(answer: str) -> None:
    assert about_form(f"Which order is late? {answer}") is None
    assert about_form('Like {"id": 1}. Which order is late?') is None
    assert about_form(f"Sort the orders. {answer}")
    assert about_form("Which order is late? Answer in the same format as the input.")


@pytest.mark.parametrize(
    ("order", "of_data"),
    [
        ("Separate the names by semicolons.", None),
        ("Give me the semicolons of its record.", "semicolons"),
        ("Write it on one line in capitals.", None),
        ("Show me its line number.", "line"),
        ("Copy what line 7 says.", "Copy"),
        ("Nenne nur den Namen, in Gro\u00dfbuchstaben.", None),
        ("Nenne mir die Zeile.", "Zeile"),
        ("Escribe el nombre en una sola l\u00ednea.", None),
        ("Dime su n\u00famero de l\u00ednea.", "l\u00ednea"),
        ("\u7528\u4e00\u884c\u56de\u7b54\u3002", None),
        ("\u628a\u90a3\u4e00\u884c\u7ed9\u6211\u3002", "\u4e00\u884c"),
    ],
)
def test_what_an_order_after_a_question_names_is_of_the_answer_unless_only_the_data_has_it(
    order: str, of_data: str | None
) -> None:
    assert about_form(f"Which order is late? {order}") == of_data


@pytest.mark.parametrize(
    "before",
    [
        "In one word",
        "Only the number",
        "As a Markdown table",
        "En una palabra",
        "Sous forme de tableau JSON",
        "Одним словом",
    ],
)
def test_what_stands_before_a_question_and_a_colon_is_about_the_answer(before: str) -> None:
    assert about_form(f"{before}: which order is late?") is None
    assert about_form(f"{before}: which line is the longest?")


@pytest.mark.parametrize(
    "order",
    [
        "minify",
        "Count the readings.",
        "Liste alle Bestellungen auf.",
        "Liste toutes les commandes.",
        "Extrae cada n\u00famero de tel\u00e9fono.",
        "\u041e\u0431\u043e\u0431\u0449\u0438 \u0432\u0441\u0451.",
        "\u5e2e\u5fd9\u6821\u5bf9\u4e00\u4e0b",
    ],
)
@pytest.mark.parametrize(
    "prompt",
    [
        "Data:\n\nQuestion: {order}",
        "Here is the data. {order}",
        "User: Here is the data.\n\nAssistant: Thank you, I have it.\n\nUser: {order}",
        "Human: Here are the rows.\nAI: What would you like to know?\nHuman: {order}\nAI:",
    ],
)
def test_neither_labels_nor_what_the_model_said_make_an_order_one_beside_a_question(prompt: str, order: str) -> None:
    assert about_form(prompt.format(order=order))
    assert about_form(prompt.format(order="Which order is late?")) is None
    assert about_form(prompt.format(order="Which order is late? Answer in one word.")) is None


@pytest.mark.parametrize(
    "order",
    [
        "Show its record as is.",
        "Paste its entry the way the logger wrote it.",
        "Pega su entrada sin retocarla.",
        "Return the matching object.",
        "Pull its card.",
        "Include the snippet you relied on.",
        "Give me a patch that drops it.",
        "Cancel it, and send the thing back.",
        "Print it the way I sent it.",
        "Zeig das Objekt im Original.",
        "Montre l'objet comme je te l'ai envoyé.",
        "Muéstrame el registro sin cambios.",
        "Покажи объект в исходном виде.",
        "按原来的样子给我。",
        "元の形で出して。",
        # To edit it, and to return all.
        "Set its total to 0 and print everything again.",
        "Move it to the top and give me the whole list.",
        "Setz ihn auf 0 und gib alles wieder aus.",
        "Mets-le à 0 et ressors tout.",
        "Ponlo a 0 y saca todo otra vez.",
        "Поставь ему 0 и выведи всё заново.",
        "改成0再全部输出。",
    ],
)
def test_an_order_to_hand_over_or_edit_what_a_question_found_is_about_form(order: str) -> None:
    assert about_form(f"Which order is late? {order}")


@pytest.mark.parametrize(
    "task",
    [
        "Recommend him a book.",
        "Write Jon a friendly reminder.",
        "Schreib Jon eine freundliche Erinnerung.",
        "Écris à Jon un rappel aimable.",
        "Recomiéndale un libro.",
        "Scrivi a Jon un promemoria gentile.",
        "Посоветуй ему книгу.",
        "给他推荐一本书。",
    ],
)
def test_a_task_of_another_kind_is_told_though_no_list_has_its_words(task: str) -> None:
    assert about_form(task) is None
    assert about_form(f"{task} Keep the JSON as it is.")


@pytest.mark.parametrize(
    "task",
    [
        "Golongkan tiketnya: tagihan, teknis, lainnya.",
        "Was f\u00fcr ein Dokument ist das: Rechnung, Quittung oder Vertrag?",
        "De quel genre de document s'agit-il : facture, re\u00e7u, contrat ?",
        "صنف التذكرة: فوترة أو شحن أو تقني.",
        "\u628a\u8fd9\u5f20\u5de5\u5355\u5f52\u7c7b\u4e3a\uff1a\u8d26\u5355\u3001\u7269\u6d41\u3001\u6280\u672f\u3002",
    ],
)
def test_an_order_or_a_question_with_its_choices_after_a_colon_is_one_sentence(task: str) -> None:
    assert about_form(task) is None
    assert about_form("Your task: sort them, then minify.")


@pytest.mark.parametrize("word", ["or", "or a", "o", "\u0438\u043b\u0438", "a,", "a b c"])
def test_choices_that_never_end_are_read_once(word: str) -> None:
    """Read in every way that they could be told apart, the first would take longer than any test."""
    assert about_form(f"Minify it. Say which one it is: a {' '.join([word] * 200)} (")


@pytest.mark.parametrize(
    "question",
    [
        "Would you change these settings?",
        "Does this order include a gift card?",
        "এটা কি উকিলের কাছে পাঠানো দরকার?",
        "Combien co\u00fbte l'article le moins cher ?",
        "\u00bfHay que pas\u00e1rselo a un abogado?",
    ],
)
def test_a_question_of_another_kind_is_told_though_it_may_begin_like_one_about_the_text(question: str) -> None:
    assert about_form(question) is None


def test_what_was_said_before_a_task_of_another_kind_is_about_form_only_if_it_says_so() -> None:
    letter = "Write the refund letter for this order."

    assert about_form(letter) is None
    assert about_form(f"User: Here is what I have.\n\nAssistant: Got it.\n\nUser: {letter}") is None
    assert about_form(f"Send it back the way I gave it to you. {letter}")
    assert about_form("Which e-mail addresses are in there? every last one")


@pytest.mark.parametrize("question", ['What is the value of "status"?', "Was ist der Wert von \u201estatus\u201c?"])
def test_a_field_whose_value_is_asked_for_is_not_a_word_that_is_spoken_of(question: str) -> None:
    assert about_form(question) is None
    assert about_form('How often is the word "status" used?')


def test_a_question_about_json_is_not_taken_for_the_form_of_its_answer() -> None:
    for question in ("Est-ce un JSON valide ?", "É um JSON válido?", "¿Es un JSON válido?", "È un JSON valido?"):
        assert about_form(question)


@pytest.mark.parametrize(
    "statement",
    [
        "I think a comma is missing.",
        "A bracket seems to be missing.",
        "Ich glaube, ein Komma fehlt.",
        "Il manque une virgule, je crois.",
        "Creo que falta una coma.",
        "\u597d\u50cf\u5c11\u4e86\u4e00\u4e2a\u9017\u53f7\u3002",
    ],
)
def test_what_is_stated_after_a_question_may_be_about_form(statement: str) -> None:
    assert about_form(f"Why does it fail? {statement}")


def test_a_task_about_form_leaves_every_byte_of_json_and_another_none_of_its_white_space() -> None:
    orders = [{"id": n, "city": "Rome", "total": 12.5 * n} for n in range(4)]
    written, minified = json.dumps(orders, indent=2), json.dumps(orders, separators=(",", ":"))
    some = {kind: batches(kind)[::8] for kind in ("form", "other")}  # the test above reads all of them
    kept = {
        kind: sum(compress(f"{written}\n\n{prompt}", "lossless").text.startswith(written) for prompt in prompts)
        for kind, prompts in some.items()
    }

    assert kept["form"] >= 0.98 * len(some["form"])
    assert kept["other"] <= 0.07 * len(some["other"])
    assert compress(f"{written}\n\nWho pays?", "lossless").text == f"{minified}\n\nWho pays?"


@pytest.mark.parametrize("level", ["lossless", "tidy"])
@pytest.mark.parametrize(
    "order",
    [
        "Complete the template below with what the mail says.",
        "F\u00fclle dieses Formular aus:",
        "Remplis ce formulaire :",
        "Rellena esta plantilla con los datos del correo:",
    ],
)
def test_a_form_to_fill_in_stays_as_it_is(order: str, level: Level) -> None:
    form = json.dumps({"first_name": "", "born": None, "allergies": []}, indent=2)
    prompt = f"{order}\n\n{form}\n\nMail: My parcel has not come. Ana Ruiz, Porto"

    assert compress(prompt, level).text == prompt


def test_there_are_three_hundred_prompts_of_each_kind_and_none_is_of_two() -> None:
    form, other = ([*prompts(name), *prompts(f"held_out_{name}")] for name in ("form", "other"))

    assert min(len(form), len(other)) >= 300
    assert len({*form, *other}) == len(form) + len(other)


# The lists were tuned on neither of the held-out files: both were written before.
@pytest.mark.parametrize(("name", "at_least"), [("form", 0.99), ("held_out_form", 0.99)])
def test_prompts_about_form_are_found(name: str, at_least: float) -> None:
    missed = [prompt for prompt in prompts(name) if not about_form(prompt)]

    assert len(missed) <= (1 - at_least) * len(prompts(name)), missed


@pytest.mark.parametrize(
    ("name", "of_prose", "at_most"),
    [("other", True, 0.02), ("held_out_other", True, 0.03), ("other", False, 0.04), ("held_out_other", False, 0.04)],
)
def test_prompts_about_values_are_left_alone(name: str, of_prose: bool, at_most: float) -> None:
    wrong = [(prompt, words) for prompt in prompts(name) if (words := about_form(prompt, of_prose=of_prose))]

    assert len(wrong) <= at_most * len(prompts(name)), wrong


@pytest.mark.parametrize(
    "prompt",
    [
        "Are all the ids unique?",
        "Why does the system not accept this file?",
        "Ist jede Klausel nummeriert?",
        "¿Se repite alguna palabra?",
        "Отличаются ли версии?",
        "这两个版本有什么不同\uff1f",
    ],
)
def test_a_question_about_a_part_of_a_text_and_how_it_is_written_is_about_form(prompt: str) -> None:
    assert about_form(prompt, of_prose=True)


@pytest.mark.parametrize(
    "prompt", ["What does the footnote say?", 'Who wrote "soon"?', "Is created_at set?", "Who is in guests[3]?"]
)
def test_a_question_that_names_a_part_or_mentions_a_word_is_about_the_form_of_json_only(prompt: str) -> None:
    assert about_form(prompt)
    assert about_form(prompt, of_prose=True) is None


def test_a_question_within_an_order_does_not_make_it_one_that_asks() -> None:
    assert about_form("Sieve it and hand me what remains.")
    assert about_form("Frobnicate it and let me have the log.")
    assert about_form("And which order is late?") is None


@pytest.mark.parametrize(
    "prompt",
    [
        "Our landing page lacks visitors. Which channel should get more money?",
        "Did anyone take both courses?",
        "Are there any free rooms?",
        "Say in one sentence whether the claim is covered.",
        "Route the ticket. The list of teams is internal: never quote it.",
        "Dis au client quand il arrive.",
        "Dile al cliente cuándo llega.",
        "Di' al cliente quando arriva.",
    ],
)
def test_pages_of_a_site_and_the_length_of_the_answer_are_no_talk_of_form(prompt: str) -> None:
    assert about_form(prompt) is None


def test_an_order_asks_for_values_where_its_own_verb_does() -> None:
    assert about_form("Frobnicate my list.")
    assert about_form("Walk me through this query.")
    assert about_form("I want to cancel my order.") is None
    assert about_form("Frobnicate it, then classify the customer's message.") is None
    assert about_form("ग्राहक को विनम्रता से जवाब दो।") is None


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("Hello. How many blank lines are there?", "blank lines"),
        ("Bitte übersetze alles ins Englische.", "übersetze"),
        ("把它转换成YAML格式", "YAML"),
        ("请逐字抄写", "逐字"),
        ("What is the zip code?", None),
        ("", None),
        ("\n \u200b…?!", None),
    ],
)
def test_the_words_are_named_as_they_were_written(prompt: str, words: str | None) -> None:
    assert about_form(prompt) == words


def needs_all(prompt: str) -> str | None:
    """Return the words by which a task needs every sentence of documents that state no quantity."""
    return about_all(prompt) or unstated_quantity(prompt, [])


def test_tasks_that_need_every_sentence_are_found() -> None:
    assert [prompt for prompt in prompts("every_sentence") if not needs_all(prompt)] == []


@pytest.mark.parametrize(
    "prompt",
    [
        "When you are done, translate the letter.",
        "When you are done translate the letter.",
        "Where possible rephrase it.",
        "How about translating the letter?",
        "Who wrote it and translate it.",
        "Wer hat es geschrieben und übersetze es.",
        "Quem escreveu e reescreva isso.",
        "Кто написал и переведи это.",
        "What you should do is translate the letter.",
        "What I need is a translated letter.",
        "What is the sum of the invoices?",
        "What do the invoices sum up to?",
        "Which entities are mentioned?",
        "Which of the mails are spam?",
        "How do the two proposals differ?",
        "What style of writing is it?",
        "Welche Summe ergeben die Rechnungen?",
        "Quelle est la somme des factures ?",
        "\u00bfCu\u00e1l es la suma de las facturas?",
        "Qual \u00e9 a soma das faturas?",
        "Qual \u00e8 la somma delle fatture?",
        "Como editor, corrige el texto.",
    ],
)
def test_a_task_that_begins_like_a_look_up_may_need_every_sentence(prompt: str) -> None:
    assert about_all(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Make a comparative table of the plans.",
        "Fais un tableau comparatif des offres.",
        "Write how plan A fared compared with plan B.",
        "Identify trends.",
        "What patterns do you see?",
        "Tell me the theme.",
        "Identifie le th\u00e8me.",
    ],
)
def test_what_goes_through_all_of_a_text_needs_every_sentence(prompt: str) -> None:
    assert about_all(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "What sum did he pay?",
        "Who, in 1534, translated it?",
        "who changed 1,000 coins",
        "Who wrote it and translated it?",
        "who wrote and directed it",
    ],
)
def test_a_look_up_may_have_a_comma_or_a_second_verb_and_name_a_sum(prompt: str) -> None:
    assert about_all(prompt) is None


def test_look_ups_do_not_need_every_sentence() -> None:
    assert [(prompt, words) for prompt in prompts("look_up") if (words := needs_all(prompt))] == []


def test_case_accents_hyphens_and_widths_of_letters_do_not_matter() -> None:
    spellings = [
        "RE-INDENT IT",
        "re indent it",
        "Wortwo\u0308rtlich bitte",
        "réécris",
        "reecris ca",
        "\uff2a\uff33\uff2f\uff2e\u3067",
    ]

    assert [spelling for spelling in spellings if not about_form(spelling)] == []


def test_arabic_words_are_found_with_what_is_written_together_with_them() -> None:
    assert [about_form(word) for word in ("سطر", "السطر", "والسطر", "بالسطر", "للسطر")].count(None) == 0


def test_an_order_is_one_after_what_orders_begin_with() -> None:
    assert about_form("I would like you to rename Bob") == "you to rename"
    assert about_form("Did the mayor rename the bridge") is None


def test_a_task_is_read_at_either_end_of_a_long_text() -> None:
    text = "The mill was built in 1841. " * 40_000

    assert about_form(text) is None
    assert about_form(f"Reformat this. {text}") == "Reformat"
    assert about_form(f"{text} How many lines?") == "lines"


@given(st.text(), st.text())
def test_an_order_to_reindent_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    assert about_form(f"{before}\nReindent it.\n{after}")


@given(st.text())
def test_what_is_named_for_the_note_is_in_the_instructions(text: str) -> None:
    words = about_form(f"{text}, how many trailing blanks?")

    assert words
    assert words in unicodedata.normalize("NFKC", f"{text}, how many trailing blanks?")
