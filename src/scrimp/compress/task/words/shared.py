"""Words that several languages spell alike."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

SHARED = Words(
    form="""
    regex*, schema*, indent*, tabs, separator*, byte*, format*, reformat*, structure*, align*, array*, syntax*, code,
    codes, debug*, compil*, unit test*, convert*, transform*, paraphras*, transcrib*, string*, valide*, orthograph*,
    caractere*, script*, bug*, conserv*, preserv*, conversion, reformul*, corrige*, en python, en java, en javascript,
    letra, letras, silaba*, campo, campos, objeto json, objetos, esquema*, valido, codificar, decodific*, codigo,
    codigos, literal*, traduc*, reescrit*, parafrase*, ortograf*, gramatic*, separador*, delimitador*, minuscula*,
    ordenar, alfabetic*, anonimiz*, valida
    """,
    whole="""
    total*, compar*, contradict*, chronolog*, sentiment*, paraphras*, convert*, analyse, resum*, corrig*, reformul*,
    formate*, numero de, contar, media, mediana, todos, todas, toda, cada, completo, tema*, categor*, tono, cronolog*,
    titulo para, traduc*, parafrase*, ortografia, transform*
    """,
)
