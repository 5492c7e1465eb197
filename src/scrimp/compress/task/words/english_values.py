"""English words of form where they name a value: the zip code, a line item, the main character."""

from __future__ import annotations

ENGLISH_VALUES = """
    line item*, {product*|phone|telephone|land|bus|train|tram|metro|rail*|subway|tube|underground|railway| assembly|
    production|finish|finishing|starting|goal|front|story|plot|punch|power|pipe|coast|tree|sky|help|support| service|
    fashion|clothing|picket|dividing|state|fault|clothes|fishing|poverty|budget|credit|shipping|cruise|supply|
    model|battle|waiting|chorus|blood|family|mobile|first class|toll free|customer|hot|direct|airport|tan|waist|
    hem|base|bottom|dead|time|life|belt|branch|blue|red|green|yellow|orange|circle|northern|central} line*, line* of
    {business|credit|duty|fire|work|defence|defense|sight|argument|inquiry|enquiry|thought|reasoning|communication|
    products|questioning|command|succession|latitude|longitude|attack|clothing}, line manager*, line worker*,
    line up, line cook*, in line with, in line for, on the line, along the lines of, along these lines, down the line,
    line 1 of the metro, which lines {run*|go|stop*|serve*|operate*|are delayed}, which line
    {run*|go|goes|stop*|serve*|operate*|is delayed|do i|should i}, shipping line, {zip|post|postal|area|country|
    airport|airline|flight|promo|promotion|promotional|discount|coupon|voucher|gift|error|status|response|return|exit|
    qr|bar|dress|booking|tracking|reference|product|item|article|customer|order|access|security|pin|door|gate|entry|
    activation|confirmation|verification|redemption|referral|language|currency|bank|sort|swift|tax|tariff|hs|icd|icd
    10|cpt|diagnosis|diagnostic|billing|procedure|drug|stock|ticker|colour|color|morse|building|penal|criminal|civil|
    labour|labor|labor law|commercial|tax|moral|ethical|genetic|highway|fire|plumbing|dial*|dialling|calling|station|
    train|course|class|fault|failure|reason|result|http|invitation|invite|unlock|lock|vault|safe|secret|cancellation|
    iata|icao|iso|batch|lot|part|department|cost center|project|job|sku|vat|vendor|supplier|store|site|region|state|
    district|location|trouble|warning|alarm|cheat|parking} code*, code name*, code word*, what s the code for, what is
    the {code|qr code} for, which code applies, code {was|is} {entered|used|printed|valid|returned}, coupon codes,
    {script|scripts} {of|for} the {film|movie|play|series|show|episode},
    {does|did|wrote|read|reads|film|movie|shooting} {the|} script {give*|say*|win*|call*|}, function does
    {she|he|it|this person}, {what|where|when|who|how|why|which} exactly, exactly
    {how|what|when|where|who|why|which|one}, what exactly, main character*, character s, characters {in the
    {story|book|novel|film|movie|play|series|show|game| plot}|die*|live*|appear*|fight*}, {which|what} character
    {die*|kill*|say*|said|love*|want*|marr*|betray*|speak*| live*|steal*|tell*|is {the|killed|married}|was|play*|did|
    does|find*|leave*|return*}, {her|his|their|whose| fictional|central|supporting|minor|favorite|favourite|title|
    strong|good|bad|moral|female|male|lead|leading|kind of|sort of|type of|cartoon|comic|movie|film|tv|evil|likeable}
    character*, character {trait*|witness*|flaw*|arc*| development|named|called|reference}, of character, in
    character, out of character, character of {the|this} {town| area|building|wine|city|village|house|neighbourhood|
    man|woman|king}, {column|columns} {say*|said|contain*|show*| hold*|give*|state*|mention*|about|by|on},
    {in|from|under|of} the _ column, in the _ _ column, {translation|translations} column*, {weekly|daily|monthly|
    opinion|gossip|advice|newspaper|regular|spinal|water| stone|marble|fifth|editorial|agony|steering} column*,
    columns of {the|troops|smoke}, {translation|translations} {say*|said}, {which|what|the} format*
    {did|was|were|will|do|does} {the} {_} {conference|event|tournament|match| season|competition|exam|meeting|course|
    show|interview|series|game|festival|workshop|final*|race|cup|league|have| use|played|held|take|be}, {which|what}
    format* {was|were|did|will}, in {which|what} formats, format of the {conference|event|tournament|match|season|
    competition|exam|meeting|course|show|interview|series|game|festival| workshop|final*|race|cup|league|debate}, key
    {finding*|takeaway*|account*|player*|figure*|point*|person|people| role*|factor*|issue*|date*|fact*|term*|
    message*|insight*|metric*|result*|question*|event*|topic*|idea*|argument*| concept*|reason*|risk*|benefit*|
    feature*|theme*|decision*|stakeholder*|partner*|contact*|difference*|step*|part*| component*|change*|witness*|
    evidence|clause*|responsibilit*|requirement*|strateg*|market*|customer*|supplier*| driver*|assumption*|
    performance|indicator*|card*|board*|word*|phrase*|moment*|area*|challenge*|recommendation*| conclusion*|detail*|
    information|skill*|advantage*|trend*|element*|characteristic*|source*|note*|position*|aspect*| milestone*|
    deliverable*|objective*|action*|development*|innovation*|ingredient*|personnel|member*|staff|suspect*|
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
    {heating|issue*|problem*|leak*|_|} fixed, {is|are} {the} _ _ fixed, fixing the date, quick fix for, prefix for
    calling, price fixing, bug fix in version, fixed, {building|organi*|management|capital| company| social|ownership|
    cost|price|fee|corporate|team|bone|crystal|molecular|chemical|power|salary|pay|tax|legal| deal| debt|steel|class|
    family|sentence|incentive|legal|cell|bridge|protein|atomic|reporting|governance} structure*, structure of the
    {company|organi*|building|deal|government|molecule|team|bridge|atom|cell|protein|state|party|dna| heart|brain|eye|
    department|eu|court*|parliament|church|story|novel}, {tallest|oldest|which|what|wooden|stone|
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
    course, format war, git gud, alignment of the {planets|road|party|wheels|track}, aligned with {the|our}
    {strategy|party|goals|values|west|policy}, non aligned, alignment with {the|our} {strategy|goals}, wheel
    alignment, alphabetical agency, go through the lines, {java|python|rust|sql|javascript|excel|php|c|ruby}
    {experience|developer*|skills|engineer*|course*|knowledge| version}, version of {java|python|php|ruby|excel},
    {experience|skills|experienced|proficient|fluent|trained| certified|courses|course|degree} {in|with}
    {java|python|rust|sql|javascript|excel|php|c|ruby|html}, {knows|know|knew|speaks|teaches}
    {java|python|rust|sql|javascript|excel|php|html}, template for {success}, {data|text|html|json|csv|xml|yaml|sql}
    {engineer*|scientist*|developer*|specialist*}, sql server, transform* {the|his|her|their} {life|company|business|
    economy|industry|world|city|country|society}, {who|which|did|has|he|she|they} converted to, object of {the|this}
    {contract|agreement|game|exercise|lawsuit|meeting|company|search|study|dispute}, conversion rate*, convert* to
    {islam|christianity|judaism|catholicism|buddhism}, converted into {a|an} {_}, currency conversion,
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
    {last|final|first|famous} word on, last words, final words, leave of absence, leave balance, keep in mind, keep it
    {short|brief|simple|polite|friendly|concise}, keep {the answer|your answer|answers|your reply|your response|the
    reply|the response} {short|brief|concise|polite|under|to|below|simple}, keep track, leave a review, leave out
    nothing, {keep|be} polite, put {yourself|option*|up with}, add up, set up, set off, set out, change of
    {address|plans|heart|control|ownership}, change {in|to the policy}, update on, drop off, drop in, drop shipping,
    draw {conclusion*|on the|from|a conclusion}, draw {date|number*|result*}, apply for, apply to {the|my|this|a}
    {job|customer|case|university|position|students|employees}, join {the|our|us|a|as} {club| team|meeting|company|
    program|programme|loyalty|us|newsletter|call|}, split the bill, copy {machine*|right|of the
    {contract|invoice|receipt|book|passport}}, repeat {customer*|order*|purchase*|offender*|visit*}, quote for
    {the|a|my}, price quote*, improve {my|our|the} {sleep|health|score|credit|sales|service|life|grades|diet},
    complete the {course|payment|purchase|registration| order|application|checkout|training|marathon|race|project|
    sale|transaction}, answer {in|with|using} {one|a|two|three|no more than|at most|a single|a few|exactly one}
    {short|single|brief|full|} {sentence*|word*|paragraph*|line*}, {answer|reply|respond} {in|with} {a|one|a
    single|the} {line|letter*|label|number}, {correct|right} letter, {did|was|were|who|he|she|they|has|have} ...
    {compile|compiled|compiles}, convertible*, {how do i|how can i|how could i|how would i|i want to|i need to|i d
    like to|i would like to|help me|can i|could i|may i|trying to|tried to} {change|add|remove| update|delete|move|
    edit|modify|replace|set|insert|drop|join|split|complete|merge| upgrade} {my|a|an|another|some|more|one}, {how do
    i|how can i|i want to|i need to|can i|trying to} {change|add|remove| update|delete|move|edit|modify|replace|set|
    insert|drop|join|split|complete|merge|upgrade} {the|this|} {order| booking|appointment|subscription|address|
    account|flight|reservation|delivery|payment|card}, {change|add|remove| update|delete|move|edit|modify|replace|set|
    insert|drop|join|split|complete|merge|upgrade} my {delivery|shipping|billing|email|e mail|home|phone|}
    {address|password|account|name|number|flight|booking|order| subscription|plan|reservation|appointment|payment|
    card|seat|room|email|profile|details|language}, letters did, {letters} {were|was|are} {sent|received|written},
    comma butterfl*, trailing {twelve|12|stop|p e|edge}, {separated|get separated} {from|couple|parents},
    {is|are|was|were} {he|she|they|the couple|the parents} separated, {answer|reply|respond|always
    answer|talk|speak|written|write your answer|answers} {me|to the customer|only|questions|} in {english|spanish|
    german|french|italian|portuguese|russian|chinese| japanese|arabic|hindi|dutch|polish|turkish|korean|swedish|latin|
    ukrainian|danish|czech|greek}, translated {into|to} {english|spanish|german|french|italian|portuguese|russian|
    chinese|japanese|arabic|hindi|dutch|polish| turkish|korean|swedish|latin|ukrainian|danish|czech|greek}, in
    {english|spanish|german|french|italian|portuguese| russian|chinese|japanese|arabic|hindi|dutch|polish|turkish|
    korean|swedish|latin|ukrainian|danish|czech|greek} history, passive {income|smoking|investor*|house}, continue to,
    turn {left|right|on|off|up|down|over|of}, bullet {train*|wound*|hole*|hit|proof}, bullets {were|fired|hit},
    normalized {relations|earnings}, scrub nurse, column of {soldiers|troops|smoke|tanks|ants|marble|
    refugees|fire|water|air}, what column {does|did}, {has|have|had|lost|hold*|keeps|got} the key, what key
    {does|is|was}, key {does|is} the pianist, byte sized, date format used at, schema of the {fraud|ponzi},
    {what|which|whats} {is|s|are|was|were|} {the|} code* {of|for}, code* of
    {conduct|ethics|honour|honor|practice|silence}, code* of {the|this|that|my|our|an|a|his|her} {_|} {order|product|
    item|ticket|article|flight|airport|country|city|customer|supplier|voucher|discount|booking|course|shipment|parcel|
    bank|branch|currency|building|door}, code for {students|new|black|free|employees|first|members|delivery}, monty
    python, python {snake*|bite*|skin}, {good|strong|expert|fluent} {at|in} python, {java|python}
    {certificat*|exam|conference|meetup}
"""
