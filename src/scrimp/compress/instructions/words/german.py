"""German words."""

from __future__ import annotations

from scrimp.compress.instructions.words.entries import InstructionWords

GERMAN = InstructionWords(
    question="frage, fragen, anfrage, nutzerfrage, kundenfrage, benutzerfrage, suchanfrage",
    documents="""
    dokument, dokumente, absatz, absatze, abschnitt, abschnitte, textstelle, textstellen, quelle, quellen, kontext,
    artikel, auszug, auszuge, fundstelle, fundstellen, hintergrund, passage, passagen, textauszug, textabschnitt,
    suchergebnis, suchergebnisse, treffer, informationen, unterlagen, wissen, geschichte, ausschnitt, ausschnitte
    """,
    task="""
    aufgabe, aufgaben, schritt, schritte, anweisung, anweisungen, regel, regeln, richtlinien, vorgaben, antwort,
    antworten, ausgabe, ausgabeformat, antwortformat, beispiel, beispiele, rolle, ton, stil, hinweis, hinweise,
    wichtig, optionen, nutzer, benutzer, anforderungen, ziel, sprache, lange
    """,
    polite="bitte, nun, dann, und, aber, jetzt, also, zuerst, zuletzt",
    orders="""
    antworte, antworten sie, beantworte die, beantworten sie die, beantworte diese, beantworte folgende, nutze,
    nutzen sie, verwende, verwenden sie, benutze, benutzen sie, halte, halten sie, sei, seien sie, schreib,
    schreibe, schreiben sie, gib nur, gib deine, geben sie nur, geben sie ihre, gib die antwort, geben sie die
    antwort, gib eine kurze, geben sie eine kurze, stutze, stutzen sie, beziehe, beziehen sie, zitiere, zitieren
    sie, beachte, beachten sie, achte, achten sie, vermeide, vermeiden sie, ignoriere, erfinde, erfinden sie, denke,
    du bist, sie sind ein, sie sind der, sie sind die, du sollst, du musst, du darfst, du wirst, sie sollen, sie
    mussen, sie durfen, deine, ihre aufgabe, ihre antwort, wenn du, wenn sie, wenn die antwort, wenn es, wenn keine,
    falls, nur, niemals, nie, immer, nicht, kein, keine, in einem satz, in einem kurzen, in hochstens, auf deutsch,
    auf englisch, hochstens, maximal, als json, im json, hier sind, hier ist, nachfolgend, im folgenden, unten,
    folgende, die folgenden, anhand, auf basis, auf grundlage, basierend, laut den, gemass, stell dir, ohne, kurz,
    formuliere, erklare deine, erklaren sie ihre, begrunde, begrunden sie, lies, lesen sie, es ist wichtig, handle,
    verrate, versprich, nenne keine, erwahne
    """,
    lookups="""
    nenne, nennen sie, sag mir, sagen sie mir, sag, finde, finden sie, suche, suchen sie, such, gib, gib mir, geben
    sie, bestimme, ermittle, ermitteln sie, erklare, erklaren sie, beschreibe, ich mochte wissen, ich will wissen,
    ich brauche, ich suche, wir brauchen, schreib mir, zeig mir, verrate mir, pruf*, beantworte, der nutzer fragt,
    kannst du mir sagen, konnen sie mir sagen
    """,
    asking="""
    wer, wen, wem, wessen, was, wann, wo, woher, wohin, welche, welcher, welches, welchem, welchen, warum, weshalb,
    wieso, wie, wieviel, wodurch, womit, wofur, ob, ist, sind, war, waren, hat, haben, hatte, kann, wird, in
    welchem, in welcher, an welchem, zu welchem, von wem, fur wen, seit wann, bis wann
    """,
    about_answers="""
    antwort, antworten, antworte, frage, fragen, dokument, dokumente, dokumenten, text, texte, texten, quelle,
    quellen, kontext, absatz, absatze, absatzen, passagen, abschnitte, abschnitten, auszuge, auszugen, oben, unten,
    folgenden, folgende, gegebenen, angegebenen, kurz, kurze, kurzen, kurzer, knapp, knappen, prazise, genau, satz,
    satze, satzen, wort, worte, worter, worten, worter, json, format, liste, sprache, deutsch, englisch, nur,
    ausschliesslich, verwende, nutze, benutze, weiss, weisst, wissen, unbekannt, sicher, einzigen, einem, einen,
    hochstens, maximal, zwei, drei, informationen, begrundung, erklarung, bitte, danke, klar, verstanden, hilfreich,
    assistent, hoflich, basierend, anhand, stehen, steht, enthalten, sage, sag, schreibe, gib, zusatz, sonst,
    nichts, unterlagen
    """,
    small="""
    der, die, das, den, dem, des, ein, eine, einem, einen, einer, eines, und, oder, aber, in, im, auf, aus, an, am,
    zu, zum, zur, von, vom, mit, bei, fur, als, nach, uber, unter, es, er, sie, ich, du, wir, ihr, mir, dir, dich,
    mich, uns, ihre, ihren, deine, deinen, deiner, ist, sind, war, wird, werden, hat, haben, sein, nicht, kein,
    keine, wenn, falls, so, dass, da, dies, diese, diesem, diesen, dieser, wie, was, wer, nur, auch, kann, kannst,
    konnen, soll
    """,
)
