"""French words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

FRENCH = Words(
    form="""
    mise en forme, retrait*, espace*, ligne*, colonne*, cellule*, tabulation*, tableau markdown, en tableau, en tete*,
    entete*, lettre*, voyelle*, syllabe*, octet*, taille du fichier, {combien de|combien d|nombre de|compte*
    les|nombre d} ... {mots|phrases|paragraphes|caracteres|lignes|colonnes|cles|niveaux|chiffres|
    espaces|champs|tokens}, longueur {du|de la|de chaque} {texte|chaine|ligne|valeur}, cle, cles, champ, champs,
    propriete{s|} {de l|des|du} objet*, objets, chaine, chaines, imbri*, bien forme, echapp*, expression{s|}
    reguliere*, fonction {qui|pour|ci|suivante}, {cette|la|ma|une|complete la|teste la} fonction
    {qui|pour|ci|suivante|retourne|renvoie|python}, {ecris|ecrire|ecrivez|implemente*|teste*|complete*|corrige*} ...
    {fonction|programme|script|requete|methode|classe|code}, debog*, erreur{s|} {de|dans le|dans ce}
    {syntaxe|code|frappe|texte|script|orthographe|grammaire}, test{s|} unitaire*, mot a mot, mot pour mot, litteral*,
    textuellement, tel quel, telle quelle, tels quels, telles quelles, a l identique, inchang*, sans {rien|le|la|les}
    {changer|modifier|toucher|alterer}, sans {changer|modifier|toucher|alterer|changement*|modification*}, ne
    {change*|touche*|modifie*} {pas|rien}, rien d autre, le reste, exactement, {meme|exacte}
    {format|structure|forme|ordre|presentation}, gard* {la|le|les|l} {structure|format*|mise|ordre|balis*|cles|meme},
    en gardant, maintien*, tradui*, retrad*, reecri*, re ecri*, recri*, retranscri*, correction, relis*, relire,
    relecture, grammaire, grammatica*, faute*, coquille*, ponctuation, virgule*, guillemet*, parenthese*, accolade*,
    crochet*, separateur*, delimiteur*, majuscule*, minuscule*, trie* {par|les|le|la}, trier, tri alphab*,
    alphabetique*, anonymis*, renomm*, recopi*, {liste*|enumere*|extrai*|donne*
    moi|cite*|trouve*|resum*|affiche*|releve*} {moi|} {tous|toutes|chaque} {_}, {tous|toutes} les ... {extrai*|list*},
    {renvoie*|rends|retourne*|donne*|redonne*|renvoyer} ...
    {json|objet|fichier|texte|liste|tableau|document|inchange*}, fichier complet, document complet, texte complet,
    ^copie*, ^repete*, ^remplace*, ^supprim*, ^enleve*, ^efface*, ^ajout*, ^insere*, ^met* a jour, ^fusionn*,
    ^raccourci*, ^ameliore*, ^allonge*, ^filtre*, ^rempli*, ^laisse*, ^surlign*, ^optimise*, citation{s|} exacte*,
    encode{r|z}, encodage, decode{r|z}, transcri{s|re|vez}, ^cite{|r|z}, ^modifie{|r|z}, ^change{|r|z}, ^edite{|r|z},
    ^complete{r|z}, ^garde{|r|z}, ^range{|z} les, ^imprime{|r|z}, ^inverse{|r|z}, en {anglais|francais|allemand|
    espagnol|italien|portugais|russe|chinois|japonais|arabe|neerlandais| latin}, sous {la|} forme {de|d un|d une}, en
    liste, liste {a puces|numerotee}, puces, {rends|rend|rendez} {le|la|les|ce|cette} ... plus, {plus}
    {formel|formelle|poli|lisible|court|courte|concis}, ^met* {le|la|les|en|ce|tout}, ^remets, ^presente* ...
    {tableau|liste}, {fais|faites|cree*|dresse*} ... {tableau|liste a}, phrase par phrase, ^simplifie*,
    {verifi*|controle*} ... {fautes|erreurs|orthographe|syntaxe}, {plus} {poliment|clairement|simplement},
    {erreur|erreurs} dans, {compte*|combien|nombre} ... {mots|phrases|paragraphes|
    lettres|virgules|cles|champs|chiffres|accolades}, qu est ce qui change entre, en gras, en italique, texte suivi,
    {premier*|dernier*|deuxieme|troisieme} {mot|mots|phrase|paragraphe|chiffre} {du|de|des}
    """,
    whole="""
    apercu, points {cles|principaux|essentiels|importants}, idee{s|} {principale*|cle*}, grandes lignes, combien,
    nombre de, compte*, somme, moyenne, mediane, pourcentage, proportion, difference*, points communs, chacun*,
    integral*, ^enumer*, ^extrai*, de quoi parle, de quoi s agit, sujet principal, theme*, ^analyse*, ^decri*,
    ^redige*, ^ecri*, ^expliqu*, mots cles, titre pour, a quelle frequence, tradui*, relis*, relire, reecri*,
    orthographe, recopi*, mot pour mot, tel quel, synthese, synthetise*, classe{r|z}, classifie{|r|z}, ^liste{|r|z},
    ^cite{|r|z}, le ton, {tous|toutes} les, {le|la} {texte|article|document|page} {entier|entiere}, chaque
    {document|passage|paragraphe|section|article|personne}, ^evalue{|r|z}
    """,
    values="""
    ligne{s|} {de {metro|bus|tram|train|produit*|credit|arrivee|depart|produits|vetement*}|telephonique*|d {arrivee|
    assemblage|autobus}|aerienne*|directe*|1|2|3|4|6|14}, {grandes|en} ligne*, {metro|bus|tram} ligne*, code{s|}
    {postal*|promo*|de {la|reduction|conduite|produit|l|commande|reference|pays|vol|suivi|securite|acces|la
    route}|barres|a barres|d {acces|erreur|entree|activation}|civil|penal|du
    travail|pin|qr|wifi|pays|article|client|du {produit|client|pays}}, {point|mot|moment|chiffre|personne|element|
    figure|role|question|date|facteur} cle*, {points|mots|moments|chiffres|personnes|elements|role|dates|facteurs}
    cles, cle{s|} {de {la|voiture|maison|l|mon|ma|sa|son}|du {succes|local|bureau|coffre}|usb}, {sa|ses|mes|les} cles
    {de|du}, champ{s|} {de {ble|bataille|mais|foot*|recherche|petrole|lavande|course|mines}|d
    {action|etudes}|magnetique*|lexical}, caractere {du|de la|de l|de {son|sa}}
    {personnage|heros|heroine|pere|mere|roi}, {son|sa|leur} caractere, {espace vert|espaces verts|espace* de
    travail|espace publicitaire}, {espace|espaces} {vert|verts|de travail|de
    stockage|publicitaire*|public*|disque|aerien}, dans l espace, {cellule*} {de {prison|crise|la
    prison}|souche*|cancereuse*}, structure {du|de la|de l} {groupe|societe|entreprise|batiment|organisation|pont},
    {quand|ou|quoi|combien} exactement, {valide} {jusqu*|pendant|en|du|des|pour}, {est|sont} {il|elle|}
    {encore|toujours} valide*, lettre{s|} {de {motivation|recommandation|licenciement|change}|d
    amour|a|recommandee*|envoyee*}, la lettre {de|a}, {dans|d apres|selon|a partir de|a partir du|du|voici|avec}
    {le|ce|un|} {json|csv|xml|tableau|fichier} {suivant|ci dessous|ci dessus|}, objets {perdus|trouves|d art},
    {format} {du|de la|de l} {tournoi|competition|conference|evenement}, correction boursiere, {qui|a|ont|a ete}
    traduit{e|s|}, traduit par, traducteur*, la faute de, par faute, a cause de quelle faute, faute {de
    qui|professionnelle|grave|d arbitrage}, a la faute, change{r|} {d avis|de travail}, taux de change, taux de
    conversion, reste de la journee, le reste {du|de la} {sejour|journee|mois|annee|somme}, {repond*|reponse}
    {moi|toujours|uniquement|} en {anglais|francais|allemand|espagnol|italien}, quel caractere a, train en {anglais},
    {quel|dans quel} champ {travaille*|d activite|exerce*}, champ {travaille*|d activite}
    """,
    leads="""
    s il vous plait, s il te plait, stp, svp, veuillez, merci de, et, puis, ensuite, peux tu, pouvez vous, pourriez
    vous, pourrais tu, tu peux, vous pouvez, il faut, maintenant, aussi, de, moi, dois, devez, a
    """,
)
