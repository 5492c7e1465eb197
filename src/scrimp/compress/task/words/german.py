"""German words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

GERMAN = Words(
    form="""
    einruck*, eingeruckt*, einzug, einzuge, leerzeichen*, leerzeile*, leerraum, zeile*, umbruch, umbruche, spalte*,
    zelle, zellen, tabulator*, tabellarisch, als tabelle, tabellenform, kopfzeile*, zeichen*, buchstabe*, vokal*,
    silbe*, dateigrosse, {wie viele|wieviele|wie viel|anzahl der|zahle die} ... {worter|worte|wort|satze|absatze|
    zeichen|ebenen|schlussel|felder|ziffern|token*}, wortzahl, wortanzahl, wie lang ist {der|die|das}
    {text|string|zeichenkette|wert|zeile}, schlussel, schlusseln, feldname*, feld, felder, feldern, eigenschaft{en|}
    {des|jedes} objekt*, objekt, objekte, liste zuruck, struktur*, verschachtel*, gultiges, gultig, validier*,
    wohlgeformt*, kodier*, codier*, umlaute, escap*, regular* ausdr*, quellcode, quelltext, skript*, funktion*
    {die|das|unten|oben|um|zum|fur|so}, {diese|die folgende|meine|eine|der|teste die|schreib*
    eine|implementier*|vervollstandig*} {funktion|methode|klasse|abfrage}, programmier*, programm
    {das|welches|um|zum|aus}, kompilier*, fehler im {code|skript|programm|text|dokument}, den fehler, schreib* ...
    test*, kommentare, wortlich*, wortwortlich*, wort fur wort, buchstablich*, genau so, genauso, exakt, exakte
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
    abschreib*, abtipp*, ^zitier*, zitat*, ^kopier*, ^wiederhol*, ^verbesser*, ^kurz*, ^erganz*, ^fug*, ^entfern*,
    ^losch*, ^ersetz*, ^ander*, ^aender*, ^verander*, ^streich*, ^fuege, ^loesch*, ^tausch*, ^setz*, ^filter*, ^fulle,
    ^vervollstandig*, ^markier*, ^druck*, ^behalt*, ^lass*, ^mach* ... draus, ^mach* daraus, ^aktualisier*,
    ^bearbeit*, ^teil* ... auf, ^optimier*, ^review, ^prufe {die|den|das}
    {rechtschreibung|code|text|syntax|grammatik}, vergleich* ... dateien, unterschied* zwischen den dateien, in
    {python|java|javascript|rust|c|php|excel}
    """,
    whole="""
    zusammenfass*, fass* ... zusammen, fass, fasse, uberblick, ueberblick, kernaussage*, hauptaussage*, hauptpunkte,
    kernpunkte, wichtigst* {punkte|aussagen|erkenntnisse|fakten|ergebnisse|argumente|themen}, wie viele, wieviele, wie
    viel, wie oft, anzahl, zahle, zaehle, summe, insgesamt, gesamt*, durchschnitt*, mittelwert, median, prozentsatz,
    anteil, vergleich*, unterschied*, gemeinsam*, widerspr*, alle, allen, alles, aller, jede, jeden, jedes, jeder,
    samtlich*, ganze*, vollstandig*, ^liste, auflist*, aufzahl*, ^nenn*, ^extrahier*, worum geht*, wovon handelt,
    thema, themen, klassifizier*, kategori*, ^ordne, ^bewert*, stimmung, tonfall, ^analysier*, ^beschreib*, ^schreib*,
    ^formulier*, zeitleiste, schlagwort*, stichwort*, stichpunkt*, uberschrift fur, ubersetz*, uebersetz*, korrigier*,
    korrektur*, lektorier*, rechtschreib*, tippfehler, umschreib*, umformulier*, uberarbeit*, ueberarbeit*, wortlich*,
    unverandert*, wandle*, konvertier*, formatier*
    """,
    values="""
    {bus|bahn|u bahn|s bahn|tram|zug} {linie*|zeile}, {rabatt|gutschein|fehler|post|farb|zugangs|tur|lander|
    sicherheits|aktions} {code*|zeichen*|schlussel*}, code {fur|der} {den|die|das|gunstigsten|neukunden},
    {auto|haus|zimmer|wohnungs|ersatz} schlussel*, schlussel {zu|fur|zum|zur} {der|die|das|den|dem|}
    {wohnung|haus|auto|zimmer|lager*|tur|erfolg|buro}, {fussball|spiel|weizen|arbeits|erdol} feld*, auf dem feld, feld
    der, postleit*, {in|aus|nach|laut|mit|gemass} {dem|der|diesem|den|dieser} {json|csv|xml|yaml|tabelle}
    {daten|datei|liste|oben|unten|}, {folgend*|hier {ist|sind}} {die|das|ein|eine|} {json|csv}
    {daten|datei|liste|array}, in der spalte _, struktur {der firma|des unternehmens|der organisation|des gebaudes},
    unternehmensstruktur, {wann|wo|was|wer|wie} genau, gultig {bis|ab|fur|von}, {wie lange|bis wann} ist {der|die|das}
    {_} gultig, {ist|sind} {der|die|das|mein*} {gutschein|ticket|pass|vertrag|angebot|fahrkarte|visum} {noch|} gultig,
    objekt {in der|am|besichtig*|verkauft}, wie viele zellen, gefangniszelle*, {welche|wie viele} objekte
    {werden|stehen|sind}, verkehrszeichen, {formate|format} {der|des} {turnier*|wettbewerb*|konferenz}, kennzeichen,
    {in|mit} exakt
    """,
    leads="""
    bitte, und, dann, danach, kannst du, konntest du, konnen sie, konnten sie, jetzt, nun, mir, auch, nur,
    anschliessend, aber, du, sollst, sollst du, zuerst, moglichst
    """,
)
