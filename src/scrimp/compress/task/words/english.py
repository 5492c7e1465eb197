"""English words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

ENGLISH = Words(
    form="""
    json*, ndjson, yaml, yml, xml, html, xhtml, csv, tsv, toml, ini file, markdown, latex, protobuf, graphql, avro,
    parquet, jq, xpath, xslt, css selector*, regular expression*, grep, sed, awk, one liner, sql, base64, utf 8, utf8,
    ascii, unicode, bom, lf, crlf, encoding, encode*, decode*, escape{d|s|}, unescape*, escaping, typescript,
    pydantic, dataclass*, {type|class|interface} definition*, {typescript|go|java} {interface*|type*|struct*}, data
    type*, {type|types} of {the|each|every|this} {field*|column*|key*|value*|property}, their types, numeric or,
    optional or, whitespace*, white space*, blank line*, empty line*, newline*, new line*, line, lines, row, rows,
    column, columns, cell, cells, header row*, headers, spaces, {trailing|leading|double|single|extra|non
    breaking|one|two|three|four|eight} space*, tab, tabular, comma, commas, semicolon*, colons, delimiter*, delimited,
    bracket*, parenthes*, {quotation|quote|punctuation} mark*, quotes, punctuation, {curly|straight|double|single}
    quote*, hyphen*, backslash*, zeros as, trailing zero*, leading zero*, decimal place*, char, chars, letters,
    vowel*, consonant*, kb, file size, size of the file, how many tokens, token count,
    {word|character|letter|line|byte} count, word limit, length of {the|this|each} {string|text|value*|line*|name*},
    how long is {the|this|each} {string|text|line|value|word|key}, how wide, {how many|count|number of} ...
    {word|words|digit|digits|sentence| sentences|paragraph|paragraphs|syllable|syllables|key|keys|level|levels|field|
    fields|symbols|bullet|bullets| heading|headings|section|sections|propert*|attribute*|element*|node*|emoji*|
    capital*}, upper case, uppercase, lower case, lowercase, capital letter*, title case, camel case, snake case,
    camelcase, snake_case, kebab case, all caps, capitals, formt*, fromat*, layout*, nest*, how deep, depth, top
    level, {right|left} justif*, key, keys, field, fields, property name*, attributes of {the|this|each}
    {element*|tag*}, {json| this|each|every|first|second|third|both|two|nested|same|return the|the|inner|outer}
    object, objects {in|have|lack|are|with|that}, two objects, substring*, placeholder*, template*, tags, path to ...
    in, path of ... in, offset*, {letter|digit} {of|in} the {first|second|third|last|word|name|value|string|text|_
    word}, {first|last} {ten|five|three|two|few} words, first {item|element|entry} in, parse*, parsing, pars able,
    serializ*, serialis*, deserializ*, deserialis*, tokeniz*, tokenis*, lint*, valid*, invalid*, malformed, well
    formed, minif*, prettif*, pretty print*, prettier, compact form, multiline, diff, diffs, patch file,
    {this|the|apply ...|a} patch, hunk*, pull request, commit message*, git, snippet*, pseudocode, refactor*, stack
    overflow, {write|add|generate} ... test*, test case*, docstring*, type hint*, comment{s|} {to|in} the, {this|the
    following|my|our|a|complete the|python|which|write the|write a|of the|fix the|test the}
    {function|script|query|program|macro|method} {below|above|that|return*|do|
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
    ^mask, ^hide, ^bold, ^underline, ^put, ^complete the, ^finish the, ^continue the, ^continue this, ^leave, ^keep,
    ^retain, ^apply, ^simplify the, ^simplify this, ^review this, ^draw, ^implement, ^optimi*, ^migrate, ^port, ^move
    the, struct, structs, character, characters, braces, brace, beautify, beautifier, capitalize*, capitalise*,
    capitalization, capitalisation, index of the {first|second|third|last|element|item|entry|record|object},
    {array|zero based|start|end} index, {add|remove|missing|new|every|each|this|all} propert*, ^fill, create table,
    numbered list, ordered list, unordered list, nested list, python list, as a list, into a list, a dict, dictionary
    of, make {the|this|it|these|them|that|my|all|every|each} ... {more|less|shorter|longer|simpler|clearer| nicer|
    prettier|better|friendlier|formal|informal|polite|consistent|uniform|readable|sound|look|bold|bigger|
    smaller|uppercase|lowercase|fit|valid|into}, make it _, make this _, make them _,
    {say|put|write|render|express|give me|have|need|want|get} {it|this|that|these|them|the text|the letter|everything}
    in {english|spanish|german|french|italian|portuguese|russian|chinese|japanese|arabic|hindi|dutch|polish|turkish|
    korean|swedish|latin|ukrainian|danish|czech|greek}, ^in {english|spanish|german|french|italian|portuguese|russian|
    chinese|japanese|arabic|hindi|dutch|polish|turkish|korean|swedish|latin|ukrainian|danish|czech|greek}, {into|to}
    {english|spanish|german|french|italian|portuguese|russian|chinese|japanese|arabic|hindi|dutch|polish|turkish|
    korean|swedish|latin|ukrainian|danish|czech|greek}, hcl, terraform, dockerfile*, makefile, helm, ansible, mermaid,
    plantuml, graphviz, ascii table, mock data, sample record*, {write|generate|create|produce|give|make|build} ...
    {dockerfile|migration|migrations|query|diagram|enum|manifest|workflow|fixture|fixtures|mock|mocks|stub|component|
    endpoint|mapping|loader|test case*}, {closing|opening|missing|end|unbalanced|unclosed} {quote|tag|brace|bracket},
    quoted, unquoted, separated, trailing, leading {blank*|space*|zero*}, blanks, {fill|complete|gaps in} the
    {table|gaps|blanks|form|template}, censor*, de identif*, deidentif*, obfuscat*, scrub, sanitiz*, sanitis*,
    normaliz*, normalis*, ^lay, type out, type up, spell out, write out, read aloud, style consistent, citation style,
    apa, mla, bibtex, passive, active voice, {past|present|future} tense, tense of, first person, third person, data
    structure*, dot notation, readable, legible, ^simplif*, ^continue, next line, ^turn, ^tabulate, ^itemize,
    ^itemise, ^enumerate, same level, {this|that|it} in {english|spanish|german|french|italian|portuguese|russian|
    chinese|japanese|arabic|hindi|dutch|polish|turkish|korean|swedish|latin}, wrong with {this|my|the}, test{s|}
    fail*, stack trace, traceback, docker compose, mistake in {the|this|my}, mistakes in {the|this|my}, copy paste,
    copy and paste, {letter|vowel|digit|symbol|sign} _ {occur*|appear*}, occurrences of the letter, won t
    {parse|load|compile|build}, doesn t {parse|load|compile|build|validate}, does not
    {parse|load|compile|build|validate}, spot the, {errors|error} in {this|my|the} {text|code|file|document|json|
    sentence*|essay|letter|paragraph|config*|script|query|data}, bullet, bullets, bulleted, bullet point*, fix, fixes,
    fixing, fixed width, fixed in
    """,
    whole="""
    summar*, tldr, takeaway*, {main|key|major|important|central|core|most important} {point*|idea*|theme*| message*|
    argument*|finding*|fact*|topic*|insight*|claim*|event*|conclusion*}, gist, overview, outline*, synopsis, recap*,
    briefing, in a nutshell, condense*, boil down, what {is|s} {this|the} {text| article|document|book|story| passage|
    page|report|mail|email|letter|meeting|paper|thread|conversation} about, what is it about,
    {theme*|topic*|trend*|pattern*}, how many, how often, tally, sum, sums, add up, average*, mean of, median*,
    percentage of, proportion of, share of, ratio of, most {common|often|frequent*}, least {common|often|frequent*},
    distribution, contrast*, similarit*, in common, versus, vs, pros and cons, strengths and weaknesses, overlap*,
    changed between, any {mention*|reference*|sign*|error*|mistake*|problem*|issue*|risk*}, entirety, complete list,
    full list, exhaustive*, none of, never mention*, not mention*, is missing, are missing, what s missing, nowhere,
    ^list, ^enumerate, ^name the, ^extract, ^collect, ^gather, ^identify the, ^find the, timeline, in order, ^group,
    ^cluster, classif*, ^label, ^tag, ^rate, ^grade, ^score, ^assess, ^evaluate, ^analy*, critiqu*, ^review,
    ^annotate, style of, genre, toxic*, spam, ^describe, ^explain {this|the}, ^simplify, ^interpret, ^draft, ^write,
    ^compose, ^reply, ^respond to, title for, headline for, a title, subject line, keyword*, keyphrase*, key phrase*,
    quiz, flashcard*, questions about, question about the, generate ... questions, transliterat*, localiz*, localis*,
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
    {the|total|a|overall|exact|average} number of, reformat, reformatting, tl
    """,
    values="""
    {phone|telephone|house|account|order|invoice|ticket|serial|room|flight|passport|fax|mobile|reference|tracking|
    model|registration|part|license|plate|atomic|case|customer|policy|vat|tax|page|contact|gate|seat|platform} number*
    {of|for}, line item*, {product*|phone|telephone|land|bus|train|tram|metro|rail*|subway|tube|underground|railway|
    assembly|production|finish|finishing|starting|goal|front|story|plot|punch|power|pipe|coast|tree|sky|help|support|
    service|fashion|clothing|picket|dividing|state|fault|clothes|fishing|poverty|budget|credit|shipping|cruise|supply|
    model|battle|waiting|chorus|blood|family|mobile|first class|toll free|customer|hot|direct|airport|tan|neck|waist|
    hem|base|bottom|dead|time|life|belt|branch|blue|red|green|yellow|orange|circle|northern|central} line*, line* of
    {business|credit|duty|fire|work|defence|defense|sight|argument|inquiry|enquiry|thought|reasoning|communication|
    products|questioning|command|succession|latitude|longitude|attack|cocaine|clothing}, line manager*, line worker*,
    line up, lined up, line cook*, in line with, in line for, on the line, along the lines of, along these lines, down
    the line, line 1 of the metro, which lines {run*|go|stop*|serve*|operate*|are delayed}, which line
    {run*|go|goes|stop*|serve*|operate*|is delayed|do i|should i}, shipping line, {zip|post|postal|area|country|
    airport|airline|flight|promo|promotion|promotional|discount|coupon|voucher|gift|error|status|response|return|exit|
    qr|bar|dress|booking|tracking|reference|product|item|article|customer|order|access|security|pin|door|gate|entry|
    activation|confirmation|verification|redemption|referral|language|currency|bank|sort|swift|tax|tariff|hs|icd|icd
    10|cpt|diagnosis|diagnostic|billing|procedure|drug|stock|ticker|colour|color|morse|building|penal|criminal|civil|
    labour|labor|labor law|commercial|tax|moral|ethical|genetic|highway|fire|plumbing|dial*|dialling|calling|station|
    train|course|class|fault|failure|reason|result|http|invitation|invite|unlock|lock|vault|safe|secret|cancellation|
    iata|icao|iso|batch|lot|part|department|cost center|project|job|sku|vat|vendor|supplier|store|site|region|state|
    district|location|trouble|warning|alarm|cheat|parking} code*, code* of {the|an|each|this|conduct|ethics|honour|
    honor|practice|our|his|her|product|order}, code name*, code word*, code for
    {the|students|new|black|free|employees|first|members}, what s the code for, what is the {code|qr code} for, which
    code applies, code {was|is} {entered|used|printed|valid|returned}, coupon codes, {script|scripts} {of|for} the
    {film|movie|play|series|show|episode}, {does|did|wrote|read|reads|film|movie|shooting} {the|} script
    {give*|say*|win*|call*|}, function does {she|he|it|this person}, functions of the
    {body|liver|kidney*|board|committee}, {exact|same} {price*|date*|time*|amount*|number*|day*|address*|location*|
    cost*|figure*|age*}, {what|where|when|who|how|why|which} exactly, exactly {how|what|when|where|who|why|which|one},
    what exactly, main character*, character s, characters {in the {story|book|novel|film|movie|play|series|show|game|
    plot}|die*|live*|appear*|fight*}, {which|what} character {die*|kill*|say*|said|love*|want*|marr*|betray*|speak*|
    live*|steal*|tell*|is {the|killed|married}|was|play*|did|does|find*|leave*|return*}, {her|his|their|whose|
    fictional|central|supporting|minor|favorite|favourite|title|strong|good|bad|moral|female|male|lead|leading|kind
    of|sort of|type of|cartoon|comic|movie|film|tv|evil|likeable} character*, character {trait*|witness*|flaw*|arc*|
    development|named|called|reference}, of character, in character, out of character, character of {the|this} {town|
    area|building|wine|city|village|house|neighbourhood|man|woman|king}, {column|columns} {say*|said|contain*|show*|
    hold*|give*|state*|mention*|about|by|on}, {in|from|under|of} the _ column, in the _ _ column,
    {translation|translations} column*, {weekly|daily|monthly|opinion|gossip|advice|newspaper|regular|spinal|water|
    stone|marble|fifth|editorial|agony|steering} column*, columns of {the|troops|smoke}, {translation|translations}
    {say*|said}, {which|what|the} format* {did|was|were|will|do|does} {the} {_} {conference|event|tournament|match|
    season|competition|exam|meeting|course|show|interview|series|game|festival|workshop|final*|race|cup|league|have|
    use|played|held|take|be}, {which|what} format* {was|were|did|will}, in {which|what} formats, format of the
    {conference|event|tournament|match|season|competition|exam|meeting|course|show|interview|series|game|festival|
    workshop|final*|race|cup|league|debate}, key {finding*|takeaway*|account*|player*|figure*|point*|person|people|
    role*|factor*|issue*|date*|fact*|term*|message*|insight*|metric*|result*|question*|event*|topic*|idea*|argument*|
    concept*|reason*|risk*|benefit*|feature*|theme*|decision*|stakeholder*|partner*|contact*|difference*|step*|part*|
    component*|change*|witness*|evidence|clause*|responsibilit*|requirement*|strateg*|market*|customer*|supplier*|
    driver*|assumption*|performance|indicator*|card*|board*|word*|phrase*|moment*|area*|challenge*|recommendation*|
    conclusion*|detail*|information|skill*|advantage*|trend*|element*|characteristic*|source*|note*|position*|aspect*|
    milestone*|deliverable*|objective*|action*|development*|innovation*|ingredient*|personnel|member*|staff|suspect*|
    goal*|learning*|statistic*|data|number*|to {the|success|my|a|his|her|winning|happiness}|west|largo|lime},
    {car|house|door|room|spare|safe|master|hotel|apartment|front
    door|office|piano|major|minor|low|high|turn|musical|primary} key*, key* to {the|my|a|his|her|success|apartment},
    keys {lost|found}, {lost|found|left|forgot|return*} {my|the|his|her|their|} keys, in the key of, {what|which} key
    is the {song|piece|symphony|sonata|concerto|work|tune}, {football|soccer|playing|oil|gas|corn|wheat|rice|magnetic|
    electric|gravitational|battle|baseball|sports|training|force|home|coal|medical|career|academic|research|air|
    landing|open|level playing|visual|poppy|lavender|same} field*, field{s|} of {study|research|work|expertise|
    interest|view|vision|law|medicine|science|mathematics|physics|activity|study|_ research}, {what|which} field*
    {did|does|do|is|was|were|has|of}, field {goal*|trip*|work|study|studies|hospital|marshal|service|engineer*|sales|
    research*|agent*|report*|office*|test*|day}, in the field, {her|his|their} field*, fields of
    {wheat|corn|rice|barley|battle}, parking space*, {office|living|storage|disk|green|outer|public|open|floor|shelf|
    retail|event|co working|coworking|working|meeting|personal|advertising} space*, {which|what|how much|how many}
    spaces are {free|available|left|reserved}, {solar|antenna|disk|radar|wide|vast|microphone|telescope} array*, an
    array of {options|services|products|activities}, bank tab, bar tab, running tab, tab {still|of|is unpaid|unpaid|at
    the}, {which|the|whose|a|open} tab {is|was|has} {still|unpaid|paid|open}, keep tabs, {prison|jail|blood|fuel|stem|
    solar|cancer|battery|t|b|brain|white|red|nerve|skin|holding|phone|sickle|beta|dry|fat|muscle|plant|animal|police}
    cell*, cell {phone*|wall*|membrane*|count*|division|number*|type*|culture*|mate*|tower*}, cells {of|in} the
    {body|blood|patient|battery|brain|prison}, {how many|which} cells {die*|divide*|are infected}, in a row,
    {front|back|death|skid|two|three|four|five|six} row{s|} {of {seats|chairs|houses|trees}|seat*}, row house*,
    {which|what|in which|seat in} row {do|does|did|is {my|our|his|her|the seat}|are we}, row over, row between, row
    about, in other words, {his|her|their|its|my} own words, string {instrument*|quartet*|orchestra*|
    theory|bean*|section|trio|of {_}}, strings attached, {first|second|third|guitar|violin} string*, bed bug*, stomach
    bug*, bug spray, flu bug, bug bite*, fixed {fee*|price*|rate*|cost*|income|asset*|interest|deposit*|term*|penalt*|
    date*|salar*|charge*|line*|sum|amount*|annuit*|exchange|wage*|schedule*|by|on|mortgage*|capital|star*|point*|in},
    {is|are|was|were|be|been|get|got|has|already|when will ... be|not|being} {the|it|this|my|}
    {heating|issue*|problem*|leak*|_|} fixed, {is|are} {the} _ _ fixed, fixed or variable, fixing the date, quick fix
    for, prefix for calling, price fixing, bug fix in version, fixed, {building|organi*|management|capital| company|
    social|ownership|cost|price|fee|corporate|team|bone|crystal|molecular|chemical|power|salary|pay|tax|legal| deal|
    debt|steel|class|family|sentence|incentive|legal|cell|bridge|protein|atomic|reporting|governance} structure*,
    structure of the {company|organi*|building|deal|government|molecule|team|bridge|atom|cell|protein|state|party|dna|
    heart|brain|eye|department|eu|court*|parliament|church|story|novel}, {tallest|oldest|which|what|wooden|stone|
    largest|old|concrete} structure* {was|were|is|are|collapse*|stand*|built}, depth of the {lake| river|sea|ocean|
    water|pool|well|mine|cut|hole|valley|trench}, in depth, how deep is the {lake|river|sea|ocean| water|pool|well|
    mine|cut|hole|valley|trench|snow|grave|wound}, water depth, nest egg, bird* nest*, nest of, nests in, nesting
    {place*|site*|season|bird*|box*}, where ... nest*, {valid|invalid} {until|till|from|for|through| passport|visa|
    ticket|licence|license|id|driving|card|offer|on|in|reason*|argument|contract|will|only|driver*| insurance},
    {is|are|was|how long is|until when is} {the|my|his|her} {offer|ticket|passport|visa|voucher|coupon| licence|
    license|contract|card|warranty|permit|will|claim|insurance|policy|quote|gift
    card|agreement|marriage|certificate|argument|reason*} {still|} {valid|invalid}, validity of the {offer|ticket|
    contract|passport|visa|will|argument|study|voucher|claim}, invalid carriage, escape{d|s|} {from|route*|room*|the|
    to|plan*|prison|through|over|by|on|in}, fire escape, {did|does|do|who|how did|to|prisoner*|they|he|she|can|could}
    {the|} {_|} escape{d|s|}, quarterly format, literally everyone, tags on the {clothes|luggage|bags}, price tags,
    dog tags, name tags, hash of potatoes, capital {of|city|gains|markets|requirement*|expenditure*}, capitals of,
    {is|are|was} the capital*, capital letters of credit, capitalization of the {company|market|bank|stock}, market
    capitali*, state capitals, binary star*, binary choice, {sent|wrote|love|
    cover|received|his|her|old|two|three|written|of} letters, letters {from|to|between|of|sent|written|he|she}, comma
    bacillus, tax bracket*, age bracket*, income bracket*, price bracket*, bracket*s {of|for} tax, dental braces, knee
    brace*, leg brace*, braces {cost|on|for}, translation column, translation rights, lost in translation,
    {which|what|whose|best|first|english|german|new|official} translation of the
    {book|bible|novel|poem|work|iliad|odyssey}, whose translation*, best translation of homer,
    {who|whom|was|were|been|he|she|is|are|be|also|first|later} translated, translated {by|the book|the novel|it
    into|from}, translator*, literary translation*, correct the record, formatted as, rewrit* history, typography
    course, format war, exact sciences, price points, git gud, {steel|wire|tennis|badminton|golf} grid, alignment of
    the {planets|road|party|wheels|track}, aligned with {the|our} {strategy|party|goals|values|west|policy}, non
    aligned, alignment with {the|our} {strategy|goals}, wheel alignment, alphabetical agency, go through the lines,
    {java|python|rust|sql|javascript|excel|php|c|ruby} {experience|developer*|skills|engineer*|course*|knowledge|
    version}, version of {java|python|php|ruby|excel}, {experience|skills|experienced|proficient|fluent|trained|
    certified|courses|course|degree} {in|with} {java|python|rust|sql|javascript|excel|php|c|ruby|html},
    {knows|know|knew|speaks|teaches} {java|python|rust|sql|javascript|excel|php|html}, dress pattern, template for
    {success}, {data|text|html|json|csv|xml|yaml|sql} {engineer*|scientist*|developer*|specialist*}, sql server,
    transform* {the|his|her|their} {life|company|business|economy|industry|world|city|country|society},
    {how|what|who|which} ... transformed {the|into}, digital transformation, transformation of the
    {company|business|economy|city|country|society|industry}, {who|which|did|has|he|she|they} converted to, object of
    {the|this} {contract|agreement|game|exercise|lawsuit|meeting|company|search|study|dispute}, conversion rate*,
    convert* to {islam|christianity|judaism|catholicism|buddhism}, converted into {a|an} {_}, currency conversion,
    {in|from|using|given|to|on|by|of|within|per|about|based on|according to|inside}
    {the|this|that|these|your|our|a|an|some|following} {following|above|below|attached|provided|given|}
    {json|csv|xml|yaml|html|tsv} {data|file|array|object|document|list|table|records|payload|response|export|feed|
    page|below|above|}, {here is|here s|here are|below is|below are|is|you are given|you get|have|i have|there is|you
    have|received} {the|a|an|some|my|our|} {json|csv|xml|yaml|html|tsv} {data|file|array|object|document|list|table|
    records|payload|response|export|feed|page|} {of|with|containing|from|describing|about|for|that|below}, {orders|
    data|records|products|customers|users|tickets|items|events|rows|context|results} {as|in}
    {json|csv|xml|yaml|html|markdown|json format|csv format}, {given|following|these|in|from} _ {json|csv} records,
    {json|csv|xml} {data|below|above|context|input|file} {is|below|above|contains|lists|describes},
    {from|in|using|given} json data, {in|from|on|according to|using|see|per|of|by} {the|this} {log|} lines
    {above|below}, log lines {above|below}, {the|these|following} log lines, the following lines of the log,
    {last|final|first|famous} word on, last words, final words, leave of absence, leave balance, {annual|sick|
    parental|maternity|paternity|medical|unpaid|paid} leave, keep in mind, keep it
    {short|brief|simple|polite|friendly|concise}, keep {the answer|your answer|answers|your reply|your response|the
    reply|the response} {short|brief|concise|polite|under|to|below|simple}, keep track, leave a review, leave out
    nothing, {keep|be} polite, put {yourself|option*|up with}, add up, set up, set off, set out, change of
    {address|plans|heart|control|ownership}, change {in|to the policy}, update on, updates on, drop off, drop in, drop
    shipping, draw {conclusion*|on the|from|a conclusion}, draw {date|number*|result*}, apply for, apply to
    {the|my|this|a} {job|customer|case|university|position|students|employees}, move on, join {the|our|us|a|as} {club|
    team|meeting|company|program|programme|loyalty|us|newsletter|call|}, split the bill, copy {machine*|right|of the
    {contract|invoice|receipt|book|passport}}, repeat {customer*|order*|purchase*|offender*|visit*}, quote for
    {the|a|my}, price quote*, improve {my|our|the} {sleep|health|score|credit|sales|service|life|grades|diet},
    complete the {course|payment|purchase|registration| order|application|checkout|training|marathon|race|project|
    sale|transaction}, answer {in|with|using} {one|a|two|three|no more than|at most|a single|a few|exactly one}
    {short|single|brief|full|} {sentence*|word*|paragraph*|line*}, {answer|reply|respond} {in|with} {a|one|a
    single|the} {line|letter*|label|number}, give only the letter, letter of the {correct|right}
    {answer|option|choice}, {correct|right} letter, {did|was|were|who|he|she|they|has|have} ...
    {compile|compiled|compiles}, compiled by, convertible*, {a|the|his|her|their|its} {resume|cv}, {how do i|how can
    i|how could i|how would i|i want to|i need to|i d like to|i would like to|help me|can i|could i|may i|trying
    to|tried to} {change|add|remove| update|delete|move|edit|modify|replace|set|insert|drop|join|split|complete|merge|
    upgrade} {my|a|an|another|some|more|one}, {how do i|how can i|i want to|i need to|can i|trying to}
    {change|add|remove| update|delete|move|edit|modify|replace|set|insert|drop|join|split|complete|merge|upgrade}
    {the|this|} {order| booking|appointment|subscription|address|account|flight|reservation|delivery|payment|card},
    {change|add|remove| update|delete|move|edit|modify|replace|set|insert|drop|join|split|complete|merge|upgrade} my
    {delivery|shipping|billing|email|e mail|home|phone|} {address|password|account|name|number|flight|booking|order|
    subscription|plan|reservation|appointment|payment|card|seat|room|email|profile|details|language}, letters did,
    {letters} {were|was|are} {sent|received|written}, comma butterfl*, trailing {twelve|12|stop|p e|edge}, leading
    {company|cause|role|man|lady}, {separated|get separated} {from|couple|parents}, {is|are|was|were} {he|she|they|the
    couple|the parents} separated, {answer|reply|respond|always answer|talk|speak|written|write your answer|answers}
    {me|to the customer|only|questions|} in {english|spanish|german|french|italian|portuguese|russian|chinese|
    japanese|arabic|hindi|dutch|polish|turkish|korean|swedish|latin|ukrainian|danish|czech|greek},
    {spoken|called|mean*|say|said|name*} in {english|spanish|german|french|italian|portuguese|russian|chinese|
    japanese|arabic|hindi|dutch|polish|turkish|korean|swedish|latin|ukrainian|danish|czech|greek}, translated
    {into|to} {english|spanish|german|french|italian|portuguese|russian|chinese|japanese|arabic|hindi|dutch|polish|
    turkish|korean|swedish|latin|ukrainian|danish|czech|greek}, in {english|spanish|german|french|italian|portuguese|
    russian|chinese|japanese|arabic|hindi|dutch|polish|turkish|korean|swedish|latin|ukrainian|danish|czech|greek}
    history, passive {income|smoking|investor*|house}, index of the {stock|s p}, continue to, turn
    {left|right|on|off|up|down|over|of}, bullet {train*|wound*|hole*|hit|proof}, bullets {were|fired|hit}, normalized
    {relations|earnings}, scrub nurse, leading to, copyright*, column of {soldiers|troops|smoke|tanks|ants|marble|
    refugees|fire|water|air}, what column {does|did}, {has|have|had|lost|hold*|keeps|got} the key, what key
    {does|is|was}, key {does|is} the pianist, byte sized, date format used at, schema of the {fraud|ponzi}
    """,
    leads="""
    please, pls, plz, kindly, you, now, then, and, also, just, only, or, but, you to, need to, want to, like to, me
    to, us to, is to, are to, how to, how do i, how can i, how would you, let s, lets, me, help me, first, next,
    finally, must, should, task, ok, okay, hi, hello, hey, instead, go ahead and, i d like to, d like to, will, ll,
    always, never, step
    """,
)
