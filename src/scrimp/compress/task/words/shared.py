"""Words that several languages spell alike."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

SHARED = Words(
    form="""
    regex*, schema*, indent*, tabs, separator*, byte*, structure*, align*, array*, syntax*, code, codes, debug*, unit
    test*, paraphras*, transcrib*, valide*, orthograph*, caractere*, conversion, reformul*, corrige*, en java, en
    javascript, letra, letras, silaba*, campo, campos, objetos, esquema*, valido, codificar, decodific*, codigo,
    codigos, literal*, traduc*, reescrit*, parafrase*, ortograf*, gramatic*, separador*, delimitador*, minuscula*,
    ordenar, alfabetic*, anonimiz*, valida, format, formats, formatt*, formate*, formata*, formatie*, formato*,
    reformat, reformatt*, reformate*, reformata*, compile, compiles, compiler*, kompilier*, compila{|r|re}, script,
    scripts, scripting, bug, bugs, string, strings, convert, converts, converte*, converti*, transform, transforms,
    transforme{|r|z}, transforma{|r|ndo|re}, transformie*, conserve{|r|z}, conserva{|r|ndo|re}, preserve, preserves,
    preserving, preserve{r|z}, preserva{|r|ndo|re}, python, json*
    """,
    whole="""
    compar*, contradict*, chronolog*, sentiment*, paraphras*, analyse, corrig*, reformul*, numero de, contar, mediana,
    tono, cronolog*, titulo para, traduc*, parafrase*, ortografia, total, totals, totale, totales, totaux, totais,
    totali, convert, converts, converti*, formate*, categoriz*, categoris*, ^resume, resume {le|la|les|ce|
    cet|cette|el|los|este|esta|o|os|a|as|il|lo|en}, resumen, resumo, resumir, resuma, resumez, resumer, transform,
    transforme*, transforma*
    """,
)
