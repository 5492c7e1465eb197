"""English words."""

from __future__ import annotations

from scrimp.compress.instructions.words.entries import InstructionWords

ENGLISH = InstructionWords(
    question="question, questions, query, q, user question, user query, inquiry, problem",
    documents="""
    passage, passages, document, documents, doc, docs, source, sources, article, articles, chunk, chunks, snippet,
    snippets, result, results, search result, search results, excerpt, excerpts, extract, extracts, context,
    contexts, story, background, text, texts, paragraph, paragraphs, evidence, reference, references, reference
    text, knowledge, knowledge base, information, facts, retrieved, content, fragment, transcript, abstract,
    material, materials
    """,
    task="""
    task, tasks, instruction, instructions, rule, rules, guideline, guidelines, requirement, requirements,
    constraint, constraints, answer, answers, a, final answer, helpful answer, short answer, your answer, response,
    reply, output, output format, answer format, response format, format, prompt, user, human, assistant, ai,
    system, request, options, choices, input, example, examples, sample, note, notes, tone, style, persona, role,
    policy, policies, step, steps, important, note to the model, remember, goal, goals, objective, hint, hints,
    schema, language, length, audience, thought, reasoning, do, don't, dos and don'ts
    """,
    polite="""
    please, kindly, now, then, also, and, but, so, finally, first, second, next, just, simply, again, ok, okay
    """,
    orders="""
    answer, answers, respond, reply, use, be, keep, do not, don't, dont, never, always, avoid, ignore, only, base
    your, base the, cite, include, limit, restrict, stick to, stay, rely, refer, format, write, output, return,
    produce, think, reason, consider, remember, note that, make sure, ensure, assume, act as, act like, behave, you
    are, you're, you will, you must, you should, you can, you may, you have, you need, you shall, you do, you
    cannot, your, as an, as a helpful, as my, i want you, i will give, i will ask, i'll give, imagine, pretend, play
    the, follow, read, study, given the, given these, given this, given only, based on, based only, according to,
    from the, if you, if the answer, if the question, if the context, if the document*, if the passage*, if the
    text*, if the information, if no, if none, if nothing, if there, if it is not, if it's not, if they do, if not,
    if unsure, if this, if uncertain, in your answer, in your own words, in case, in one, in a single, in a few, in
    at most, in no more, in fewer, in json, in english, in the language, in the same language, in plain, in short,
    when answering, when you, when the answer, when in doubt, no more than, at most, max, maximum, one sentence, one
    word, a single, a short, short answer, just the, nothing else, without, with no, let's, let us, take a deep
    breath, step by step, work step, explain your, explain how you, justify, show your, give your, give a short,
    give a brief, give one, give me a short, give me a brief, give only, give the answer, give an answer, provide
    your, provide a, provide an, provide the answer, provide only, state your, end with, end your, start with, start
    your, begin with, begin your, close with, sign, greet, address, translate your, put your, wrap your, mark your,
    round, mention, do so, this is the, here is, here are, here's, below is, below are, the following, following is,
    following are, these are, context information, we have provided, the context is, the documents are, the passages
    are, the answer is, the answer must, the answer should, the response, all answers, every answer, answers must,
    answers should, responses, quote the, say so, say that you, say you, say i, tell me if you do, tell me if the,
    treat, respect, adhere, obey, hand over, escalate, refuse, decline, must, should, under no circumstances, it is
    important, it's important, feel free, try to, prefer, speak, talk, help me by, help the user, help users, take
    the, take care
    """,
    lookups="""
    tell me, tell us, find, find out, look up, look for, search for, name, give, give me, give us, identify,
    determine, state, say, list, specify, indicate, provide, show me, explain, describe, define, report, extract,
    locate, figure out, work out, i want to know, i need to know, i need, i would like to know, i'd like to know, i
    am looking for, i'm looking for, i wonder, we need, we want to know, let me know, check, confirm, verify,
    compute, calculate, write down, point out, the user wants to know, the user asks, the user is asking, the
    customer asks, the customer wants to know, can you tell me, could you tell me, answer, respond with, return,
    output, reply with
    """,
    asking="""
    who, whom, whose, what, when, where, which, why, how, what's, who's, whether, is, are, was, were, does, do, did,
    has, have, had, can, could, will, would, should, in which, in what, on which, on what, at which, at what, by
    whom, to whom, for which, for what, from which, from where, of which, with whom, under which
    """,
    about_answers="""
    answer, answers, answering, question, questions, query, passage, passages, document, documents, doc, docs,
    source, sources, context, text, texts, article, articles, excerpt, excerpts, information, knowledge, search,
    results, above, below, following, provided, given, retrieved, supplied, attached, short, shortly, brief,
    briefly, concise, concisely, clear, clearly, precise, precisely, exact, exactly, simple, detailed, complete,
    full, long, sentence, sentences, word, words, phrase, paragraph, paragraphs, line, lines, character*, token*,
    bullet*, list, markdown, json, xml, yaml, html, csv, format, formatted, object, field, fields, key, keys,
    english, language, german, french, spanish, use, using, only, based, base, cite, citation, citations, quote,
    numbers, reply, respond, response, output, return, write, say, give, provide, state, know, unknown, unsure,
    sure, prior, external, outside, invent, guess, think, step, reason, reasoning, explanation, explain, final,
    single, one, two, three, four, five, maximum, max, most, least, more, less, fewer, than, 1, 2, 3, 4, 5, 10, 20,
    25, 30, 50, 100, please, thanks, thank, tone, style, polite, friendly, formal, helpful, assistant, careful,
    expert, accurate, accurately, correct, correctly, honest, facts, clear, understood, ready, right, ok, okay, yes,
    no, evidence, relevant, irrelevant, some, might, contain, contains, contained, available, mentioned, ask, asked,
    asks, asking, tell, request, task, instruction, instructions, user, users, customer, directly, nothing, else,
    preamble, possible, appropriate, together, used
    """,
    small="""
    a, an, the, this, that, these, those, it, its, they, them, their, there, here, he, she, his, her, him, we, us,
    our, i, me, my, you, your, yours, and, or, but, so, if, then, as, at, by, for, from, in, into, of, off, on,
    onto, out, over, to, with, within, without, about, is, are, was, were, be, been, being, am, do, does, did, done,
    have, has, had, will, would, shall, should, can, could, may, might, must, not, no, nor, don't, doesn't, isn't,
    only, just, also, too, very, any, all, each, both, either, neither, other, such, same, who, whom, whose, what,
    when, where, which, why, how, let, lets, need, want, like, get, got, please, now, again, because, while, until,
    whether, don, t, s, re, ll, m, ve, d
    """,
)
