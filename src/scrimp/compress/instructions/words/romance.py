"""French, Spanish, Portuguese and Italian words."""

from __future__ import annotations

from scrimp.compress.instructions.words.entries import InstructionWords

FRENCH = InstructionWords(
    question="question, questions, requete, demande, question de l'utilisateur",
    documents="""
    document, documents, passage, passages, source, sources, contexte, article, articles, extrait, extraits, texte,
    textes, resultat, resultats, paragraphe, paragraphes, informations, references, contexte fourni, connaissances
    """,
    task="""
    tache, taches, etape, etapes, consigne, consignes, instruction, instructions, regle, regles, reponse, reponses,
    sortie, format, format de reponse, exemple, exemples, role, ton, style, important, remarque, utilisateur, choix,
    langue, objectif
    """,
    polite="s'il vous plait, s'il te plait, merci de, veuillez, puis, et, maintenant, ensuite, mais",
    orders="""
    reponds, repondez, repondre, utilise, utilisez, utiliser, sois, soyez, ne, n'*, evite, evitez, ignore, ignorez,
    garde, gardez, limite, limitez, cite, citez, citer, appuie, appuyez, base*, redige, redigez, ecris, ecrivez,
    donne une reponse, donnez une reponse, donne ta, donnez votre, donne seulement, donnez seulement, fournis une,
    fournissez une, tu es, vous etes, tu dois, vous devez, tu ne, vous ne, ta tache, votre tache, ta reponse, votre
    reponse, si tu, si vous, si la reponse, si le contexte, si les documents, si aucun*, si c', s'il n'y, seulement,
    uniquement, jamais, toujours, en une phrase, en une seule, en quelques, en un mot, en deux, en francais, en
    anglais, en json, au format, au maximum, maximum, pas plus, voici, ci-dessous, ci-dessus, les documents
    suivants, le contexte, a partir, d'apres, selon les, selon le contexte, sur la base, en vous, en te, en
    utilisant, sans, explique ton, expliquez votre, justifie, justifiez, pense, lis, lisez, imagine, agis, agissez,
    assure, assurez, il est important, reformule, reste, restez, promets, promettez, mentionne, mentionnez, une
    seule phrase, reponse courte
    """,
    lookups="""
    dis-moi, dites-moi, dis, dites, trouve, trouvez, trouver, cherche, cherchez, indique, indiquez, indiquer, nomme,
    nommez, nommer, donne, donnez, donner, identifie, identifiez, precise, precisez, explique, expliquez, decris,
    decrivez, je veux savoir, je voudrais savoir, j'aimerais savoir, je cherche, il me faut, cite, citez, determine,
    determinez, reponds, repondez, pouvez-vous me dire, peux-tu me dire
    """,
    asking="""
    qui, que, quoi, quel, quelle, quels, quelles, quand, ou, pourquoi, comment, combien, lequel, laquelle, est-ce, a
    quel, a quelle, en quelle, dans quel, dans quelle, de quel, de quelle, par qui, a qui, depuis quand, qu'*
    """,
    about_answers="""
    reponse, reponses, repondre, reponds, repondez, question, questions, document, documents, passage, passages,
    texte, textes, source, sources, contexte, extraits, extrait, informations, fournis, fournies, fourni, suivants,
    suivantes, suivant, courte, court, breve, bref, brievement, concise, concis, precise, precis, phrase, phrases,
    mot, mots, json, format, liste, langue, francais, anglais, seulement, uniquement, utilise, utilisez, sais,
    savez, inconnu, seule, seul, deux, trois, maximum, plus, explication, ci-dessous, ci-dessus, dessous, dessus,
    clair, compris, utile, assistant, base, basant, appuyant, contenues, donne, donnez, dis, dites, rien, autre
    """,
    small="""
    le, la, les, l, un, une, des, du, de, d, et, ou, mais, a, au, aux, en, dans, sur, sous, par, pour, avec, sans,
    ce, cet, cette, ces, c, il, elle, ils, elles, je, j, tu, nous, vous, on, me, te, se, s, m, t, n, ne, pas, que,
    qu, qui, est, sont, etait, etre, etes, es, ont, avez, as, si, mon, ma, mes, ton, ta, tes, son, sa, ses, votre,
    vos, notre, leur, y, ai, plait
    """,
)
SPANISH = InstructionWords(
    question="pregunta, preguntas, consulta, pregunta del usuario, cuestion",
    documents="""
    documento, documentos, pasaje, pasajes, fuente, fuentes, contexto, articulo, articulos, fragmento, fragmentos,
    extracto, extractos, texto, textos, resultado, resultados, parrafo, parrafos, informacion, antecedentes
    """,
    task="""
    tarea, tareas, paso, pasos, instruccion, instrucciones, regla, reglas, respuesta, respuestas, salida, formato,
    formato de respuesta, ejemplo, ejemplos, rol, tono, estilo, importante, nota, usuario, opciones, idioma,
    objetivo
    """,
    polite="por favor, ahora, luego, y, despues, pero",
    orders="""
    responde, responda, respondan, responder, contesta, conteste, utiliza, utilice, usa, use, usar, usando, se
    breve, sea breve, se conciso, sea conciso, se claro, se, sea, no, nunca, siempre, evita, evite, ignora, ignore,
    limita, limite, limitate, limitese, cita, cite, basa, basate, base, basese, basandote, basandose, escribe,
    escriba, redacta, redacte, da una respuesta, de una respuesta, da tu, proporciona una, proporcione una, eres,
    usted es, debes, debe, tienes que, tu tarea, su tarea, tu respuesta, su respuesta, si no, si la respuesta, si el
    contexto, si los documentos, solo, solamente, unicamente, en una frase, en una oracion, en una sola, en pocas,
    en un maximo, en espanol, en ingles, en json, en formato, como maximo, maximo, no mas, aqui, a continuacion, los
    siguientes, las siguientes, el contexto, segun los documentos, segun el contexto, segun la informacion, a
    partir, sin, explica tu, explique su, justifica, justifique, piensa, lee, lea, imagina, actua, actue, asegurate,
    asegurese, es importante, manten, mantenga, una sola, respuesta breve, respuesta corta, dado el, dada la, dados
    los, prometas, menciones
    """,
    lookups="""
    dime, digame, di, diga, encuentra, encuentre, busca, busque, indica, indique, nombra, nombre, da, dame, deme,
    identifica, identifique, explica, explique, describe, describa, quiero saber, necesito saber, me gustaria saber,
    necesito, averigua, averigue, menciona, senala, senale, determina, determine, puedes decirme, podria decirme
    """,
    asking="""
    quien, quienes, que, cual, cuales, cuando, donde, por que, como, cuanto, cuanta, cuantos, cuantas, a quien, de
    quien, en que, con que, para que, desde cuando, en cual, adonde, de donde
    """,
    about_answers="""
    respuesta, respuestas, responde, responda, pregunta, preguntas, documento, documentos, pasajes, pasaje, texto,
    textos, fuente, fuentes, contexto, fragmentos, informacion, proporcionada, proporcionados, proporcionado,
    siguientes, siguiente, anterior, anteriores, breve, brevemente, corta, corto, concisa, conciso, precisa, clara,
    frase, frases, oracion, oraciones, palabra, palabras, json, formato, lista, idioma, espanol, ingles, solo,
    solamente, unicamente, usa, use, utiliza, utilice, sabes, sabe, desconocido, sola, solo, dos, tres, maximo, mas,
    explicacion, claro, entendido, util, asistente, basandote, basandose, contenida, di, diga, dilo, nada, ofrecidos
    """,
    small="""
    el, la, los, las, lo, un, una, unos, unas, de, del, y, o, u, pero, a, al, en, por, para, con, sin, sobre, este,
    esta, estos, estas, ese, esa, que, quien, es, son, era, ser, esta, estan, ha, han, hay, si, no, me, te, se, le,
    les, nos, mi, tu, su, sus, tus, mis, yo, usted, ustedes, como, cuando, mas, favor, ya, muy
    """,
)
PORTUGUESE = InstructionWords(
    question="pergunta, perguntas, questao, consulta, pergunta do usuario, duvida",
    documents="""
    documento, documentos, passagem, passagens, fonte, fontes, contexto, artigo, artigos, trecho, trechos, texto,
    textos, resultado, resultados, paragrafo, paragrafos, informacao, informacoes, excerto, excertos
    """,
    task="""
    tarefa, tarefas, passo, passos, instrucao, instrucoes, regra, regras, resposta, respostas, saida, formato,
    formato da resposta, exemplo, exemplos, papel, tom, estilo, importante, nota, usuario, opcoes, idioma, objetivo
    """,
    polite="por favor, agora, depois, e, entao, mas",
    orders="""
    responda, responde, responder, use, usa, utilize, utiliza, usando, seja, nao, nunca, jamais, sempre, evite,
    ignore, limite, limite-se, cite, baseie, baseie-se, baseando-se, com base, escreva, redija, forneca uma, de uma
    resposta, de a resposta, voce e, voce deve, voce nao, sua tarefa, sua resposta, tua tarefa, se a resposta, se
    voce, se nao, se o contexto, se os documentos, apenas, somente, so, em uma frase, em uma unica, numa frase, em
    poucas, em no maximo, em portugues, em ingles, em json, no formato, no maximo, maximo, aqui, abaixo, a seguir,
    os seguintes, as seguintes, o contexto, a partir, de acordo com o contexto, segundo o contexto, segundo os
    documentos, sem, explique sua, justifique, pense, leia, imagine, aja, certifique, e importante, mantenha, uma
    unica, resposta curta, resposta breve, dado o, dada a, dados os, prometa, mencione
    """,
    lookups="""
    diga, diga-me, me diga, encontre, procure, busque, indique, nomeie, de, de-me, me de, identifique, explique,
    descreva, quero saber, preciso saber, gostaria de saber, preciso, informe, aponte, determine, pode me dizer,
    poderia me dizer
    """,
    asking="""
    quem, que, qual, quais, quando, onde, por que, porque, como, quanto, quanta, quantos, quantas, a quem, de quem,
    em que, para que, desde quando, em qual, o que, aonde, de onde
    """,
    about_answers="""
    resposta, respostas, responda, pergunta, perguntas, documento, documentos, trechos, trecho, texto, textos,
    fonte, fontes, contexto, passagens, informacoes, informacao, fornecidas, fornecidos, fornecido, seguintes,
    seguinte, acima, abaixo, breve, brevemente, curta, curto, concisa, conciso, precisa, clara, frase, frases,
    palavra, palavras, json, formato, lista, idioma, portugues, ingles, apenas, somente, use, utilize, sabe, souber,
    desconhecido, unica, unico, duas, tres, maximo, mais, explicacao, claro, entendido, util, assistente, base,
    contidas, diga, nada, dados
    """,
    small="""
    o, a, os, as, um, uma, uns, umas, de, do, da, dos, das, e, ou, mas, ao, aos, em, no, na, nos, nas, num, numa,
    por, pelo, pela, para, com, sem, sobre, este, esta, esse, essa, isso, isto, que, quem, sao, era, ser, esta, ha,
    se, nao, me, te, lhe, meu, minha, seu, sua, seus, suas, eu, voce, voces, como, quando, favor, ja, muito
    """,
)
ITALIAN = InstructionWords(
    question="domanda, domande, quesito, richiesta, domanda dell'utente",
    documents="""
    documento, documenti, passaggio, passaggi, fonte, fonti, contesto, articolo, articoli, estratto, estratti,
    brano, brani, testo, testi, risultato, risultati, paragrafo, paragrafi, informazioni, frammento, frammenti
    """,
    task="""
    compito, compiti, passo, passi, istruzione, istruzioni, regola, regole, risposta, risposte, output, formato,
    formato della risposta, esempio, esempi, ruolo, tono, stile, importante, nota, utente, opzioni, lingua,
    obiettivo
    """,
    polite="per favore, per piacere, ora, poi, e, adesso, ma",
    orders="""
    rispondi, risponda, rispondete, rispondere, usa, usi, usate, usando, utilizza, utilizzi, utilizzando, sii, sia,
    non, mai, sempre, evita, evita*, ignora, limita*, cita, citi, citare, basati, si basi, basandoti, basandosi, in
    base, scrivi, scriva, fornisci una, fornisca una, dai una risposta, dai la risposta, dai la tua, sei un, sei
    una, sei il, sei l'*, lei e, devi, deve, il tuo compito, la tua risposta, se non, se la risposta, se il
    contesto, se i documenti, solo, soltanto, solamente, in una frase, in una sola, in poche, in un massimo, in
    italiano, in inglese, in json, nel formato, in formato, al massimo, massimo, ecco, di seguito, qui, i seguenti,
    le seguenti, il contesto, dato il, dati i, date le, secondo il contesto, secondo i documenti, a partire, senza,
    spiega il tuo, motiva, giustifica, pensa, leggi, legga, immagina, agisci, assicurati, si assicuri, e importante,
    mantieni, una sola, risposta breve, promettere, menzionare
    """,
    lookups="""
    dimmi, mi dica, di, trova, trovi, cerca, cerchi, indica, indichi, nomina, da, dammi, mi dia, dai, identifica,
    spiega, spieghi, descrivi, descriva, voglio sapere, vorrei sapere, devo sapere, ho bisogno, mi serve, determina,
    elenca, specifica, puoi dirmi, puo dirmi
    """,
    asking="""
    chi, che, cosa, che cosa, quale, quali, qual, quando, dove, perche, come, quanto, quanta, quanti, quante, a chi,
    di chi, da chi, in che, in quale, con chi, da quando, dov'*, cos'*, com'*, per quale
    """,
    about_answers="""
    risposta, risposte, rispondi, domanda, domande, documento, documenti, brani, brano, testo, testi, fonte, fonti,
    contesto, passaggi, estratti, informazioni, fornite, forniti, fornito, seguenti, seguente, sopra, sotto, breve,
    brevemente, corta, concisa, conciso, precisa, chiara, frase, frasi, parola, parole, json, formato, lista,
    lingua, italiano, inglese, solo, soltanto, usa, utilizza, sai, conosci, sconosciuto, sola, unica, due, tre,
    massimo, piu, spiegazione, chiaro, capito, utile, assistente, base, contenute, dillo, niente, altro, dati
    """,
    small="""
    il, lo, la, i, gli, le, l, un, uno, una, di, del, dello, della, dei, degli, delle, e, o, ma, a, al, allo, alla,
    ai, agli, alle, da, dal, dalla, dai, in, nel, nella, nei, nelle, con, su, sul, sulla, per, tra, fra, questo,
    questa, questi, queste, che, chi, sono, era, essere, ha, hanno, se, non, mi, ti, si, ci, vi, mio, tuo, suo, tua,
    sua, io, tu, lei, voi, come, quando, favore, piu, molto, dell, all, nell
    """,
)
