"""Italian words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

ITALIAN = Words(
    form="""
    riformatta*, rientr*, spazi, spaziatur*, spazio {prima|dopo|bianco|vuoto|tra}, riga, righe, linea, linee, a capo,
    colonna, colonne, cella, celle, tabulazion*, in {forma di|una} tabella, tabella markdown, come tabella,
    intestazion*, caratter*, lettera, lettere, sillab*, {quante|quanti|numero di|conta le|conta i|conta gli} ...
    {parole|frasi|paragrafi|caratteri|righe|colonne|chiavi|livelli|cifre|campi|spazi|token}, lunghezza {del|della|di
    ogni} {testo|stringa|riga|valore}, chiave, chiavi, campi, proprieta {dell|di} {oggett*|ogni}, oggetti, sintassi,
    sintattic*, struttur*, annida*, validare, codifica*, espression* regolar*, codice, codici,
    {questa|la|una|seguente|completa la} funzione {che|per|seguente|restituisce|python},
    {scriv*|implementa*|testa*|completa*|correggi} ... {funzione|programma|script|query|metodo|classe|codice},
    {errore|errori} {di|nel} {sintassi|codice|ortografia|battitura|testo|grammatica}, test unitari*, parola per
    parola, letteral*, testuale, testualmente, cosi com e, cosi come, invariat*, senza
    {modific*|cambi*|alterare|alterazioni|toccare}, non {modificare|cambiare|toccare|alterare}, nient altro, nulla
    altro, esattamente, {stesso|stessa|esatto|esatta} {formato|struttura|forma|ordine}, mantenendo, mantieni,
    mantenere, mantenga, conversione, trasforma*, tradurre, traduzion*, riscriv*, riscritt*, riformul*, parafras*,
    trascriv*, corregg*, correzion*, rileggi*, revision* {il|del|ortog*}, grammatic*, punteggiatura, virgola, virgole,
    virgolett*, parentesi, delimitator*, maiuscol*, minuscol*, allinea*, ordina {per|i|le|gli|il|la|in}, ordinare,
    rinomin*, {elenca*|elencare|enumera*|estrai*|estrarre|dammi|cita*|riassum*| trova*|mostra*} {mi|}
    {tutti|tutte|ogni|tutto} {_}, {restitui*|ridammi|ritorna*|rendi} ...
    {json|oggetto|file|testo|lista|documento|modific*}, {file|testo|documento} {completo|intero}, intero
    {file|documento|testo}, ^copia*, ^ripet*, ^cita*, ^modific*, ^cambia*, ^sostitui*, ^rimuov*, ^aggiung*, ^inseri*,
    ^aggiorn*, ^unisc*, ^accorcia*, ^miglior*, ^semplific*, ^filtra*, ^completa*, ^riempi*, ^lascia*, ^evidenzia*,
    ^stampa*, ^metti*, ^ottimizza*, ^togli*, in java, in javascript, vocal{e|i}, refus{o|i}, graff{a|e},
    ^elimina{|re}, ^cancella{|re}, ^inverti, ^invertire, in {inglese|italiano|francese|tedesco|spagnolo|portoghese|
    russo|cinese|giapponese|arabo|latino}, ^rendi*, ^fai ... {tabella|elenco}, in {elenco|lista|tabella|ordine},
    {elenco|lista} {puntato|puntata|numerato|numerata}, piu {formale|breve|leggibile|chiaro|cortese|conciso}, frase
    per frase, {controlla*|verifica*} ... {errori|ortografia|grammatica|sintassi|codice}, errori nel,
    {conta|contare|quante|quanti} ... {parole|frasi|paragrafi|lettere|virgole|chiavi|campi|cifre}, ^scambia*, in
    grassetto, in corsivo, {prima|ultima|seconda|terza|primo|ultimo} {parola|frase|paragrafo|cifra} {del|della|di}
    """,
    whole="""
    riassum*, riassunt*, sintesi, sintetizz*, panoramica, punti {chiave|principali|salienti|importanti}, ide{a|e}
    {principal*|chiave}, quanti, quante, numero di, conta, contare, somma, percentuale, proporzione, paragon*,
    differenz*, in comune, contraddi*, ciascun*, ^elenca*, ^enumer*, ^estra*, ^cita*, di cosa parla, di che parla, di
    cosa tratta, classific*, ^analizz*, analisi, ^valut*, ^descriv*, ^scriv*, ^spieg*, parole chiave, titolo per, con
    quale frequenza, tradurre, traduzion*, corregg*, riscriv*, riformul*, parafras*, parola per parola, trasforma*,
    formatta*, {tutti|tutte} {i|gli|le}, {intero|tutto il} {testo|articolo|documento}, ogni
    {documento|passaggio|paragrafo|sezione|articolo|persona}, confronta*, confronto, temi, tema principale, media di,
    la media
    """,
    values="""
    line{a|e} {di {autobus|metro|prodott*|credito|produzione|montaggio|abbigliamento|partenza|traguardo}|aere*|
    telefonic*|del {bus|tram|metro}|metropolitan*|ferroviari*|guida|1|2|3|rossa|verde|gialla}, in linea, codice {di _
    postale|fiscale}, codic{e|i} {postal*|di {avviamento|sconto|errore|prenotazione|accesso|prodotto|condotta|
    sicurezza|verifica|tracciamento}|fiscal*|a barre|del{l|la|}
    {ordine|prodotto|cliente|paese|aeroporto|articolo|volo}|dell ordine|promozional*|qr|civile|penale|pin|iban|
    cliente|articolo|paese|sconto}, {punti|punto|parole|parola|figura|figure|fattore|giocatore|momento|persona|ruolo|
    elemento|dat*} chiave, chiav{e|i} {di {casa|accesso|volta|lettura}|del{l|la|} {auto|camera|successo|appartamento|
    ufficio|magazzino|porta|garage}|dell auto|usb}, camp{o|i} {da {calcio|tennis|golf}|di {battaglia|calcio|grano|
    concentramento|studio|ricerca}|magnetic*|petrolifer*}, in campo, {il|del|suo|di} carattere,
    caratter{e|istiche|istica*} {del|della|di} {protagonista|personaggio}, caratteristic*, struttura {della
    {societa|organizzazione}|del{l|} {edificio|ponte|azienda|gruppo}|dell azienda|ricettiva|alberghiera},
    {quando|dove|cosa|quanto} esattamente, {valido|valida} {fino|per|dal|da|in}, {e|sono} {ancora} {valido|valida},
    oggetti {smarriti|di valore|rubati}, {nel|secondo il|dal|usando il|con il} {json|csv|xml} {seguente|sotto|sopra|},
    letter{a|e} {di {presentazione|licenziamento|motivazione|reclamo}|d amore|del}, la lettera, formato {del|della}
    {torneo|competizione|conferenza|evento}, tasso di conversione, in riga, celle {solari|frigorifere|del carcere},
    cella {frigorifera|del carcere}, {rispond*} {mi|sempre|solo|} in {inglese|italiano|francese|tedesco|spagnolo},
    {qual e|quale e|quale} la linea, quale linea, campo {lavora*|opera}
    """,
    leads="""
    per favore, per piacere, e, poi, quindi, puoi, potresti, puo, potrebbe, ora, adesso, anche, devi, mi, di, vorrei
    che, bisogna
    """,
)
