"""Spanish words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

SPANISH = Words(
    form="""
    sangria*, espacio*, renglon*, columna*, fila, filas, celda*, tabulador*, tabulacion*, en {una|forma de} tabla,
    tabla markdown, como tabla, encabezado*, cabecera*, caracter, vocal, vocales, {cuantas|cuantos|numero de|cuenta
    las|cuenta los|contar las} ... {palabras|oraciones|frases|parrafos|caracteres|lineas|columnas|claves|
    niveles|digitos|campos|espacios|tokens}, longitud {del|de la|de cada} {texto|cadena|linea|valor}, clave, claves,
    propiedad{es|} del objeto, cadena de {texto|caracteres}, cadenas, sintaxis, sintactic*, estructura*, anida*,
    valida*, bien formado, codificacion, codifica, {expresion|expresiones} regular*, {esta|la|una|siguiente|completa
    la|prueba la} funcion {que|para|siguiente|devuelve|retorna|de python},
    {escrib*|implementa*|prueba*|completa*|corrige} ... {funcion|programa|script|consulta|metodo|clase|codigo},
    depura*, {error|errores} {de|en el} {sintaxis|codigo|ortografia|texto|tipeo|gramatica|ortograficos|escritura},
    prueba{s|} unitaria*, palabra por palabra, tal cual, tal y como, sin cambi*, sin modific*, sin alter*, sin tocar,
    no {cambies|toques|modifiques|alteres|cambiar|modificar|tocar}, nada mas, exactamente, {mismo|misma|exacto|exacta}
    {formato|estructura|forma|orden}, conviert*, traduzc*, reescrib*, re escrib*, corrija*, correccion, correg*,
    errata*, puntuacion, coma, comas, comilla*, parentesis, llave{s|} {de|que} {cierre|apertura}, corchete*,
    mayuscula*, aline*, renombra*, {lista*|enumera*|extrae*|extrai*|extraer|dame|cita*|
    resum*|encuentra*|muestra*|nombra} {me|} {todos|todas|cada|todo} {_}, todos los ... {extra*|list*},
    {devuelv*|devolver|regres*|retorna*|dame} ... {json|objeto|archivo|texto|lista|documento|cambios|fichero},
    {archivo|texto|documento|fichero} {completo|entero}, ^copia*, ^repit*, ^reemplaz*, ^anad*, ^inserta*, ^actualiz*,
    ^fusion*, ^acort*, ^mejor*, ^simplific*, ^inviert*, ^filtr*, ^rellen*, ^dej*, ^resalt*, ^imprim*, ^ordena*, en c,
    linea, lineas, textual, textualmente, manten, mantenlo, mantener, mantenga, manteniendo, ^cita, ^citar,
    ^modifica{|r|lo}, ^modifique, ^cambia{|r|lo|le}, ^cambie, ^elimina{|r|lo}, ^elimine, ^borra{|r|lo}, ^borre,
    ^quita{|r|le|lo}, ^agrega{|r|le}, ^agregue, ^combina{|r}, ^edita{|r|lo}, ^optimiza{|r}, ^completa{|r|lo}, en
    {ingles|espanol|frances|aleman|italiano|portugues|ruso|chino|japones|arabe|catalan}, al {ingles|espanol|frances|
    aleman|italiano|portugues|ruso|chino|japones|arabe|catalan}, ^pasa*, ^pon*, ^haz* ...
    {tabla|lista|formal|corto|claro}, en {lista|vinetas|tabla|una tabla}, {lista|listado} {con vinetas|numerada},
    vinetas, mas {formal|corto|legible|claro|educado|conciso}, frase por frase, {revis*|comprueb*} ...
    {errores|ortografia|gramatica|sintaxis|texto|codigo}, errores en, {cuenta*|contar|cuantas|cuantos} ... {palabras|
    frases|oraciones|parrafos|letras|comas|claves|campos|digitos}, ^cambia* las, ^sustitu*, en negrita, en cursiva,
    negritas, {primera|ultima|segunda|tercera|primer|ultimo} {palabra|frase|parrafo|digito|oracion} {del|de}
    """,
    whole="""
    sintesis, sintetiza*, vision general, puntos {clave|principales|importantes}, idea{s|} {principal*|clave},
    cuantos, cuantas, cuenta {los|las|cuantos|cuantas}, suma, promedio, porcentaje, proporcion, diferencia*, en comun,
    contradic*, ^enumer*, de que trata, de que habla, clasific*, sentimiento*, ^analiz*, analisis, ^redact*, ^escrib*,
    palabras clave, con que frecuencia, traduzc*, correg*, corrija*, reescrib*, palabra por palabra, tal cual,
    conviert*, ^lista{|r|me}, ^liste, ^extrae{|r|me}, ^extraiga, ^cita, ^citar, ^evalua{|r}, ^describe, ^describir,
    ^explica{|r|me}, ^explique, {todos|todas} {los|las}, {el|la} {texto|articulo|documento}
    {entero|completo|completa}, cada {documento|pasaje|parrafo|seccion|articulo|persona}, cuanto suman, media de, la
    media, tema principal, temas
    """,
    values="""
    linea{s|} {de {autobus*|metro|tren|producto*|credito|meta|llegada|ropa|negocio|investigacion|ensamblaje|montaje}|
    aerea*|telefonica*|1|2|3|roja|azul|directa}, en linea, codigo{s|} {postal*|de {descuento|barras|producto|la|error|
    reserva|area|pais|conducta|acceso|seguimiento|vestimenta|referencia|cliente|verificacion|seguridad|aeropuerto}|del
    {pedido|producto|cliente|pais|aeropuerto}|promocional*|qr|civil|penal|pin|wifi}, {punto|palabra|figura|factor|
    jugador|momento|persona|papel|elemento|fecha|dato}{s|es|} clave, clave{s|} {del {exito|banco|wifi|cajero}|de
    {acceso|la {puerta|victoria|caja}|seguridad}|para {el|la}}, palabras clave, campo{s|} {de {futbol|batalla|golf|
    trigo|estudio|investigacion|concentracion|petroleo}|magnetico*|petrolifero*|laboral}, {en|trabaja en} el campo,
    espacio {aereo|publico|verde|de {trabajo|almacenamiento|estacionamiento}|publicitario|exterior}, {al|en el}
    espacio, {estructura} {de la {empresa|organizacion}|del {edificio|puente|grupo}|salarial},
    {cuando|donde|que|cuanto} exactamente, {valido|valida} {hasta|por|para|desde|en}, {es|esta|sigue siendo}
    {valido|valida} {el|la|mi}, objetos {perdidos|de valor|robados}, {en|segun|de|del|usando|con} {el|este|un|los
    datos del|} {json|csv|xml|archivo csv} {siguiente|de abajo|anterior|}, letra{s|} {de {la cancion|cambio}|del
    himno}, formato {del|de la} {torneo|competicion|conferencia|evento}, {quien|fue|ha sido} {tradujo|traducido},
    traductor*, tasa de conversion, vocal{es|} {de la {junta|comision}|del {tribunal|consejo}}, {en} coma, esta en
    coma, cuerpo celular, mismo formato de {torneo}, {responde*|contesta*} {me|siempre|solo|} en
    {ingles|espanol|frances|aleman|italiano}, ponte en contacto, campo {trabaja*|se especializa}
    """,
    leads="""
    por favor, porfa, y, luego, despues, puedes, podrias, puede, podria, ahora, tambien, debes, que, me, para, favor
    de, quiero que, necesito
    """,
)
