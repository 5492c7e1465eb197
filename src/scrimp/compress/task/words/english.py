"""English words."""

from __future__ import annotations

from scrimp.compress.task.words.english_values import ENGLISH_VALUES
from scrimp.compress.task.words.entries import Words

ENGLISH = Words(
    form="""
    ndjson, yaml, yml, xml, html, xhtml, csv, tsv, toml, ini file, markdown, latex, protobuf, graphql, avro, parquet,
    jq, xpath, xslt, css selector*, regular expression*, grep, sed, awk, one liner, sql, base64, utf 8, utf8, ascii,
    unicode, bom, lf, crlf, encoding, encode*, decode*, escape{d|s|}, unescape*, escaping, typescript, pydantic,
    dataclass*, {type|class|interface} definition*, {typescript|go|java} {interface*|type*|struct*}, data type*,
    {type|types} of {the|each|every|this} {field*|column*|key*|value*|property}, their types, numeric or, optional or,
    whitespace*, white space*, blank line*, empty line*, newline*, new line*, line, lines, row, rows, column, columns,
    cell, cells, headers, spaces, {trailing|leading|double|single|extra|non breaking|one|two|three|four|eight} space*,
    tab, tabular, comma, commas, semicolon*, colons, delimiter*, delimited, bracket*, parenthes*,
    {quotation|quote|punctuation} mark*, quotes, punctuation, {curly|straight|double|single} quote*, hyphen*,
    backslash*, zeros as, decimal place*, char, chars, letters, vowel*, consonant*, kb, file size, size of the file,
    how many tokens, token count, {word|character|letter|line|byte} count, word limit, length of {the|this|each}
    {string|text|value*|line*|name*}, how long is {the|this|each} {string|text|line|value|word|key}, how wide, {how
    many|count|number of} ... {word|words|digit|digits|sentence| sentences|paragraph|paragraphs|syllable|syllables|
    key|keys|level|levels|field| fields|symbols|bullet|bullets| heading|headings|section|sections|propert*|attribute*|
    element*|node*|emoji*| capital*}, upper case, uppercase, lower case, lowercase, capital letter*, title case, camel
    case, snake case, camelcase, snake_case, kebab case, all caps, capitals, formt*, fromat*, layout*, nest*, how
    deep, depth, top level, {right|left} justif*, key, keys, field, fields, property name*, attributes of
    {the|this|each} {element*|tag*}, {json| this|each|every|first|second|third|both|two|nested|same|return
    the|the|inner|outer} object, objects {in|have|lack|are|with|that}, two objects, substring*, placeholder*,
    template*, tags, path to ... in, path of ... in, offset*, {letter|digit} {of|in} the
    {first|second|third|last|word|name|value|string|text|_ word}, {first|last} {ten|five|three|two|few} words, first
    {item|element|entry} in, parse*, parsing, pars able, serializ*, serialis*, deserializ*, deserialis*, tokeniz*,
    tokenis*, lint*, valid*, invalid*, malformed, well formed, minif*, prettif*, pretty print*, prettier, compact
    form, multiline, diff, diffs, patch file, {this|the|apply ...|a} patch, hunk*, pull request, commit message*, git,
    snippet*, pseudocode, refactor*, stack overflow, {write|add|generate} ... test*, test case*, docstring*, type
    hint*, comment{s|} {to|in} the, {this|the following|my|our|a|complete the|python|which|write the|write a|of
    the|fix the|test the} {function|script|query|program|macro|method} {below|above|that|return*|do|
    does|print*|work*|for|to|is|and|so|in|with|over|which}, {this|my|following} {function|script|query|program|macro|
    method|class|regex|snippet|config|configuration|file}, {complete|implement|write|test|call|refactor|optimi*|
    rewrite|missing} ... {function|method|query|script|program| class|macro|parser|loader}, output of {this|the|the
    following} {program|script|code|command|function}, {my|the|this|our} config*, config file*,
    {in|into|to|a|write|using|with} {python|javascript|typescript|java|rust| golang|php|ruby|perl|kotlin|swift|bash|
    pandas|powershell|vba|excel|c|haskell|scala|matlab|node|react|numpy}, exactly, {exact|same} {same|copy|wording|
    words|text|format|form|string|structure|quote*|match|order|layout|shape| style|way|spelling|schema}, verbatim, as
    is, as it is, as they are, as it stands, {unchanged|untouched|unmodified|unaltered|intact}, word for word, word by
    word, letter for letter, {nothing|anything} else, everything else, {all|the} {else|rest} {unchanged|the same|as},
    don t {change|touch|alter|modify|edit|reformat|reorder}, do not {change|touch|alter|modify|edit|reformat|reorder},
    without {changing|altering|modifying|touching}, {keep|preserv*|retain*|maintain*|leav*} ... {order|markup|
    comment*|rest|same|tag*|names|style|everything|others|else|alone|original*|case|punctuation}, {whole|entire|full|
    complete|updated|modified|corrected|edited|fixed|revised|cleaned|resulting} {file|document|json|text|list|object|
    config|data|table|thing|version|record*|code|page}, {give|hand|return|send|spit|pass} ... back, back to me,
    {return|output|print|give me|show} {the|this|me the|only the|just the} ... {list|array|text|document|file|data|
    input|page|records|config|content*|dictionary}, {the|this} ... {list|array|file|document} back, same
    {json|file|list|array|object|data|records}, convrt*, convret*, reorder*, transpos*, turn
    {this|it|that|these|the|them} ... into, as a {markdown|html|} table, in {a|table} {markdown|html|} {table|form},
    table of contents, translat*, transliterat*, localiz*, localis*, proofread*, proof read*, copyedit*, spellcheck*,
    spell check*, spelling*, typo*, grammar*, grammatical*, wording, rewrit*, re write, rephras*, reword*, retype*,
    restat* ... text, redact*, anonymi*, pseudonymi*, dedup*, mark every, mark all, mark each, highlight*, metre,
    meter of the poem, rhyme*, acrostic, alphabetical*, sorted, {list|extract|summari*|find|name|give
    me|output|print|show|get|return|collect|enumerate|pull out|dump} {me|out|} {all|every|each}, {all|every} ... one
    per, each on, in order of appear*, sample data, dummy data, more records, test data, hex, hexadecimal, binary,
    checksum, md5, sha256, hash of, ^quote, ^cite, ^copy, ^repeat, ^echo, ^recite, ^print, ^edit, ^correct, ^polish,
    ^improve, ^shorten, ^lengthen, ^expand, ^condense, ^trim, ^strip, ^clean*, ^tidy, ^change, ^update, ^upgrade the,
    ^modify, ^adjust, ^replace, ^rplace, ^substitute, ^swap, ^remove, ^delete, ^erase, ^drop, ^insert, ^add, ^append,
    ^prepend, ^prefix, ^rename, ^renumber, ^number the, ^set, ^increment, ^merge, ^deep, ^concatenate, ^concat, ^join,
    ^split, ^wrap, ^unwrap, ^collapse, ^flatten, ^pad, ^round all, ^reverse, ^sort, ^order the, ^group the, ^filter,
    ^mask, ^hide, ^underline, ^put, ^complete the, ^finish the, ^leave, ^keep, ^retain, ^apply, ^review this, ^draw,
    ^implement, ^optimi*, ^migrate, ^port, ^move the, struct, structs, character, characters, braces, brace, beautify,
    beautifier, capitalize*, capitalise*, capitalization, capitalisation, index of the
    {first|second|third|last|element|item|entry|record|object}, {array|zero based|start|end} index,
    {add|remove|missing|new|every|each|this|all} propert*, ^fill, create table, numbered list, ordered list, unordered
    list, as a list, into a list, a dict, dictionary of, make {the|this|it|these|them|that|my|all|every|each} ...
    {more|less|shorter|longer|simpler|clearer| nicer| prettier|better|friendlier|formal|informal|polite|consistent|
    uniform|readable|sound|look|bold|bigger| smaller|uppercase|lowercase|fit|valid|into}, make it _, make this _, make
    them _, {say|put|write|render|express|give me|have|need|want|get} {it|this|that|these|them|the text|the
    letter|everything} in {english|spanish|german|french|italian|portuguese|russian|chinese|japanese|arabic|hindi|
    dutch|polish|turkish| korean|swedish|latin|ukrainian|danish|czech|greek}, ^in
    {english|spanish|german|french|italian|portuguese|russian| chinese|japanese|arabic|hindi|dutch|polish|turkish|
    korean|swedish|latin|ukrainian|danish|czech|greek}, {into|to} {english|spanish|german|french|italian|portuguese|
    russian|chinese|japanese|arabic|hindi|dutch|polish|turkish| korean|swedish|latin|ukrainian|danish|czech|greek},
    hcl, terraform, dockerfile*, makefile, helm, ansible, mermaid, plantuml, graphviz, mock data, sample record*,
    {write|generate|create|produce|give|make|build} ... {dockerfile|migration|migrations|query|diagram|enum|manifest|
    workflow|fixture|fixtures|mock|mocks|stub|component| endpoint|mapping|loader|test case*},
    {closing|opening|missing|end|unbalanced|unclosed} {quote|tag|brace|bracket}, quoted, unquoted, separated,
    trailing, leading {blank*|space*|zero*}, blanks, {fill|complete|gaps in} the {table|gaps|blanks|form|template},
    censor*, de identif*, deidentif*, obfuscat*, scrub, sanitiz*, sanitis*, normaliz*, normalis*, ^lay, type out, type
    up, spell out, write out, read aloud, style consistent, citation style, apa, mla, bibtex, passive, active voice,
    {past|present|future} tense, tense of, first person, third person, dot notation, readable, legible, ^simplif*,
    ^continue, ^turn, ^tabulate, ^itemize, ^itemise, ^enumerate, same level, {this|that|it} in
    {english|spanish|german|french|italian|portuguese|russian| chinese|japanese|arabic|hindi|dutch|polish|turkish|
    korean|swedish|latin}, wrong with {this|my|the}, test{s|} fail*, stack trace, traceback, docker compose, mistake
    in {the|this|my}, mistakes in {the|this|my}, copy paste, copy and paste, {letter|vowel|digit|symbol|sign} _
    {occur*|appear*}, occurrences of the letter, won t {parse|load|compile|build}, doesn t
    {parse|load|compile|build|validate}, does not {parse|load|compile|build|validate}, spot the, {errors|error} in
    {this|my|the} {text|code|file|document|json| sentence*|essay|letter|paragraph|config*|script|query|data}, bullet,
    bullets, bulleted, fix, fixes, fixing, fixed width, fixed in, header, but the file, and the file, unindent*,
    dedent*, outdent*, look like {after|if|with|without}, {list|print|show|return|output|dump} everything, same
    {timestamps|numbering|headings|columns|keys|ids|fields| layout|lines}, subtitles, srt, bold, reindent*, reencod*,
    retranslat*, identation, whitspace*, whitepsace*, charcter*, charachter*, chracter*, colum, colums, coulmn*,
    collumn*, sytnax, synatx, jason {format|file|object}, grammer*, speling*, mispell*, misspell*, tranlsat*,
    tranlat*, transalt*, traslat*, corect*, rewite, covert {this|to|it}, convet*, cahnge {the|all}, duplicate line*,
    lien break*, spacing, spaced, {first|second|third|last|next} {word|letter|sentence|paragraph|digit} {of|in}
    {the|each|every|this|that}, {first|second|third|last} paragraph
    """,
    whole="""
    summar*, tldr, takeaway*, {main|key|major|important|central|core|most important} {point*|idea*|theme*| message*|
    argument*|finding*|fact*|topic*|insight*|claim*|event*|conclusion*}, gist, overview, outline*, synopsis, recap*,
    briefing, in a nutshell, condense*, boil down, what {is|s} {this|the} {text| article|document|book|story| passage|
    page|report|mail|email|letter|meeting|paper|thread|conversation} about, what is it about,
    {theme*|topic*|trend*|pattern*}, how many, how often, tally, sum, sums, add up, average*, mean of, median*,
    percentage of, proportion of, share of, ratio of, most {common|often|frequent*}, least {common|often|frequent*},
    contrast*, similarit*, in common, versus, vs, pros and cons, strengths and weaknesses, overlap*, changed between,
    any {mention*|reference*|sign*|error*|mistake*|problem*|issue*|risk*}, entirety, complete list, full list,
    exhaustive*, none of, never mention*, not mention*, is missing, are missing, what s missing, nowhere, ^list,
    ^enumerate, ^extract, ^collect, ^gather, timeline, in order, ^group, ^cluster, classif*, ^label, ^tag, ^rate,
    ^grade, ^score, ^assess, ^evaluate, ^analy*, critiqu*, ^review, ^annotate, style of, toxic*, spam, ^describe,
    ^simplify, ^interpret, title for, headline for, a title, subject line, keyword*, keyphrase*, key phrase*, quiz,
    flashcard*, questions about, question about the, generate ... questions, transliterat*, localiz*, localis*,
    proofread*, proof read*, copyedit*, spell check*, spellcheck*, spelling, typo*, grammar*, rewrit*, re write,
    rephras*, reword*, transcrib*, redact*, anonymi*, ^format, ^edit, ^correct, ^improve, ^polish, ^shorten, ^expand,
    verbatim, word for word, unchanged, ^repeat, ^copy, ^echo, ^replace, ^remove, ^change, count, counts, counting,
    difference*, differ, differs, how ... different, frequency, frequencies, consistency, inconsisten*, rank, ranking,
    entity, entities, statistics, translate, translates, translated, translating, translation, translations, meeting
    minutes, minutes of, the minutes, write an abstract, the tone, tone of, the mood, mood of, {list|find|give|show|
    tell|get|return|collect|name|mention|include|output| print|write|identify|describe|highlight|what are|who
    are|which are|where are|pull|dump|note|report|extract|cover| provide|consider|need|want} ...
    {all|every|each|everything|everyone|everybody|anything}, {in|of|for|from|across|about|per} {each|every|all} {of
    the|the|} {document*|passage*|paragraph*|section*|article*| chapter*|text*|page*|person|people|character*|
    speaker*|review*|comment*|ticket*|message*|mail*|email*|item*|entr*| row*|record*|case*|file*|report*|source*},
    all of {the|these|them|those}, each of {the|these|them}, {the|this} {entire|whole} {document|text|article|
    conversation|thread|story|book|chat|transcript|file|page|thing|report| letter|email|mail|log|meeting|contract},
    comprehensive {list|overview|review|summary}, thorough {list|overview|review|summary}, fix, fixing,
    {the|total|a|overall|exact|average} number of, reformat, reformatting, tl, ^{write|draft|compose|create} ...
    {summary|headline|reply|response|review|report|essay|article|email|mail|letter|post|blog|abstract|minutes|caption|
    title|description|tweet|outline|memo|brief}, ^reply to {this|the|him|her|them|my}, ^respond to
    {this|the|him|her|them|my}, ^explain this, ^draft, names of {all|the
    {people|persons|characters|companies|places}}
    """,
    values=ENGLISH_VALUES,
    leads="""
    please, pls, plz, kindly, you, now, then, and, also, just, only, or, but, you to, need to, want to, like to, me
    to, us to, is to, are to, how to, how do i, how can i, how would you, let s, lets, me, help me, first, next,
    finally, must, should, task, ok, okay, hi, hello, hey, instead, go ahead and, i d like to, d like to, will, ll,
    always, never, step
    """,
)
