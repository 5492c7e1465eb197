"""German words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

GERMAN = Words(
    form="""
    einruck*, eingeruckt*, einzug, einzuge, leerzeichen*, leerzeile*, leerraum, zeile*, umbruch, umbruche, spalte*,
    zelle, zellen, tabulator*, tabellarisch, tabellenform, kopfzeile*, zeichen*, buchstabe*, vokal*, silbe*,
    dateigrosse, {wie viele|wieviele|wie viel|anzahl der|zahle die} ... {worter|worte|wort|satze|absatze|
    zeichen|ebenen|schlussel|felder|ziffern|token*}, wortzahl, wortanzahl, wie lang ist {der|die|das}
    {text|string|zeichenkette|wert|zeile}, schlussel, schlusseln, feldname*, feld, felder, feldern, eigenschaft{en|}
    {des|jedes} objekt*, objekt, objekte, liste zuruck, struktur*, verschachtel*, gultiges, gultig, validier*,
    wohlgeformt*, kodier*, codier*, umlaute, regular* ausdr*, quellcode, quelltext, skript*, funktion*
    {die|das|unten|oben|um|zum|fur|so}, {diese|die folgende|meine|eine|der|teste die|schreib*
    eine|implementier*|vervollstandig*} {funktion|methode|klasse|abfrage}, programmier*, programm
    {das|welches|um|zum|aus}, fehler im {code|skript|programm|text|dokument}, den fehler, schreib* ... test*,
    kommentare, wortlich*, wortwortlich*, wort fur wort, buchstablich*, genau so, genauso, exakt, exakte
    {form*|wortlaut|kopie}, wortlaut, unverandert*, unangetastet, {so|genau} wie {er|sie|es|sie sind} ist, ohne
    anderung*, nichts {anderes|sonst} {ander*|verander*}, sonst nichts, rest {bleibt|lassen|unverandert|so},
    beibehalt*, beizubehalten, erhalten {bleib*}, bleiben, bleibt gleich, gleich*
    {format|struktur|form|aufbau|reihenfolge}, reihenfolge {beib*|der|erhalten}, umwandel*, wandle*, wandel*,
    konvertier*, umform*, formulier* ... um, formuliere*, umschreib*, schreib{e|} ... {um|neu}, umgeschrieben,
    korrigier*, korrektur*, lektorier*, lektorat, rechtschreib*, orthograf*, tippfehler*, grammatik*, komma*,
    satzzeichen, anfuhrungszeichen, klammer*, trennzeichen, bindestrich*, strichpunkt*, semikolon*, ubersetz*,
    uebersetz*, uberarbeit*, ueberarbeit*, redigier*, gross und klein*, grossbuchstab*, kleinbuchstab*, gross
    geschrieben, kleingeschrieben, grossgeschrieben, sortier*, alphabetisch*, umsortier*, anonymisier*, schwarz* ...
    namen, ausricht*, ausgerichtet, rechtsbundig*, linksbundig*, umbenenn*, benenn* ... um, {gib|gebe|gebt|geben
    sie|schick*} ... zuruck, zuruckgeben, ausgeben, gib ... aus,
    {liste|zahl*|nenn*|extrahier*|gib|such*|finde|schreib*} {mir|bitte|} {alle|jede|samtliche} {_},
    {alle|jede|jeden|jedes|samtliche} ... {auflist*|extrahier*|heraus*|auf}, fasse {alle|jedes} ... zusammen,
    abschreib*, abtipp*, ^zitier*, zitat*, ^kopier*, ^verbesser*, ^fug*, ^entfern*, ^losch*, ^ersetz*, ^aender*,
    ^streich*, ^fuege, ^loesch*, ^tausch*, ^setz*, ^fulle, ^vervollstandig*, ^markier*, ^behalt*, ^lass*, ^mach* ...
    draus, ^mach* daraus, ^aktualisier*, ^bearbeit*, ^teil* ... auf, ^optimier*, ^review, ^prufe {die|den|das}
    {rechtschreibung|code|text|syntax|grammatik}, vergleich* ... dateien, unterschied* zwischen den dateien, in
    {python|java|javascript|rust|c|php|excel}, escapt, escapen, ^{andere|andern|aendere}
    {den|die|das|nur|nichts|alle|im|in|dabei|bitte}, ^verandere, ^verandern, ^drucke, ^wiederhole, ^wiederholen,
    ^erganze, ^erganzen, ^filtere, ^filtern, ^kurze, ^kurzen, auf {deutsch|englisch|franzosisch|spanisch|italienisch|
    russisch|chinesisch|japanisch|arabisch|polnisch|turkisch|portugiesisch}, ins
    {deutsche|englische|franzosische|spanische|italienische}, satz fur satz, absatz fur absatz, als {liste|aufzahlung|
    stichpunkte|fliesstext|stichwortliste|tabelle}, in {stichpunkten|tabellenform|einer tabelle|listenform},
    {eine|der|einer} tabelle {daraus|machen|erstellen}, mach* ...
    {tabelle|liste|formell*|kurzer|hoflicher|lesbar*|einfacher}, aufbereit*, vereinfach*, glied*, tabelle {draus|aus},
    ^erstell* ... tabelle, ^schreib* ... {hoflicher|formeller|kurzer|einfacher|klarer|besser|lesbarer}, auf
    {fehler|tippfehler} {prufen|durchsehen|checken}, ^pruf* ... fehler, fehler {in|im}
    {diesem|dem|der|text|code|json|datei}, {zahl*|zahle|zaehl*} ... {worter|worte|satze|absatze|buchstaben|zeichen|
    zeilen|silben|kommas|schlussel|felder}, was {andert|unterscheidet} sich zwischen den, {schreib*|erstell*} ...
    funktion, fliesstext, fett, kursiv, fettgedruckt, {erste*|zweite*|dritte*|letzte*} {wort|buchstabe*|absatz|satz}
    {des|im|in|der}
    """,
    whole="""
    zusammenfass*, fass* ... zusammen, fass, fasse, uberblick, ueberblick, kernaussage*, hauptaussage*, hauptpunkte,
    kernpunkte, wichtigst* {punkte|aussagen|erkenntnisse|fakten|ergebnisse|argumente|themen}, wie viele, wieviele, wie
    viel, wie oft, anzahl, zahle, zaehle, summe, insgesamt, durchschnitt*, mittelwert, median, prozentsatz, anteil,
    vergleich*, gemeinsam*, widerspr*, samtlich*, vollstandig*, ^liste, auflist*, aufzahl*, ^nenn*, ^extrahier*, worum
    geht*, wovon handelt, themen, klassifizier*, ^ordne, ^bewert*, stimmung, tonfall, ^analysier*, ^schreib*,
    ^formulier*, zeitleiste, schlagwort*, stichwort*, stichpunkt*, uberschrift fur, ubersetz*, uebersetz*, korrigier*,
    korrektur*, lektorier*, rechtschreib*, tippfehler, umschreib*, umformulier*, uberarbeit*, ueberarbeit*, wortlich*,
    unverandert*, wandle*, konvertier*, formatier*, kategorisier*, {welche|was} ... alle, {alle|jede*|samtliche}
    {dokument*|abschnitt*|absatz*|artikel*|texte|personen|punkte|stellen|quellen|namen}, {den|das|die}
    {ganzen|gesamten|ganze|gesamte} {text|artikel|dokument|brief|bericht}, ^beschreibe, ^beschreiben, unterschied,
    unterschiede, unterscheide*, gesamtzahl, gesamtsumme, gesamtbetrag
    """,
    values="""
    {bus|bahn|u bahn|s bahn|tram|zug} {linie*|zeile}, {rabatt|gutschein|fehler|post|farb|zugangs|tur|lander|
    sicherheits|aktions} {code*|zeichen*|schlussel*}, code {fur|der} {den|die|das|gunstigsten|neukunden},
    {auto|haus|zimmer|wohnungs|ersatz} schlussel*, schlussel {zu|fur|zum|zur} {der|die|das|den|dem|}
    {wohnung|haus|auto|zimmer|lager*|tur|erfolg|buro}, {fussball|spiel|weizen|arbeits|erdol} feld*, auf dem feld, feld
    der, {in|aus|nach|laut|mit|gemass} {dem|der|diesem|den|dieser} {json|csv|xml|yaml|tabelle}
    {daten|datei|liste|oben|unten|}, {folgend*|hier {ist|sind}} {die|das|ein|eine|} {json|csv}
    {daten|datei|liste|array}, in der spalte _, struktur {der firma|des unternehmens|der organisation|des gebaudes},
    gultig {bis|ab|fur|von}, {wie lange|bis wann} ist {der|die|das} {_} gultig, {ist|sind} {der|die|das|mein*}
    {gutschein|ticket|pass|vertrag|angebot|fahrkarte|visum} {noch|} gultig, objekt {in der|am|besichtig*|verkauft},
    wie viele zellen, {welche|wie viele} objekte {werden|stehen|sind}, {formate|format} {der|des}
    {turnier*|wettbewerb*|konferenz}, {in|mit} exakt, antworte* {bitte|immer|mir|nur|} auf
    {deutsch|englisch|franzosisch|spanisch|italienisch}, schlussel {zum|zur} _, zeichen {deut*|einer|fur eine*|fur
    einen}, {wie heisst|was heisst|was bedeutet} _ auf {deutsch|englisch}, gliedmas*, {wer|wann|von wem|wurde|hat} ...
    ubersetzt, ubersetzer*, in {welchem|welchen} format* {fand|fanden|findet|wurde|wird}, feld hat, {erste*|letzte*}
    wort {des|hatte}
    """,
    leads="""
    bitte, und, dann, danach, kannst du, konntest du, konnen sie, konnten sie, jetzt, nun, mir, auch, nur,
    anschliessend, aber, du, sollst, sollst du, zuerst, moglichst
    """,
)
