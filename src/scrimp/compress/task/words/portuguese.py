"""Portuguese words."""

from __future__ import annotations

from scrimp.compress.task.words.entries import Words

PORTUGUESE = Words(
    form="""
    recuo*, espaco*, linha*, coluna*, celula*, tabulac*, em {forma de|uma} tabela, tabela markdown, como tabela,
    cabecalho*, caracter*, vogal, vogais, {quantas|quantos|numero de|conte as|conte os} ... {palavras|frases|
    paragrafos|caracteres|linhas|colunas|chaves|niveis|digitos|campos|espacos|tokens}, comprimento {do|da|de cada}
    {texto|string|linha|valor}, chave, chaves, propriedade{s|} do objeto, sintaxe, estrutura*, aninha*, validar, bem
    formado, codificac*, {expressao|expressoes} regular*, {esta|essa|a|uma|seguinte|complete a|teste a} funcao
    {que|para|abaixo|seguinte|retorna|python}, {escreva*|implemente*|teste*|complete*|corrija} ...
    {funcao|programa|script|consulta|metodo|classe|codigo}, depur*, {erro|erros} {de|no} {sintaxe|codigo|ortografia|
    digitacao|texto|gramatica|portugues}, teste{s|} unitario*, palavra por palavra, textualmente, tal como, tal qual,
    do jeito que esta, sem {alterar|alteracoes|mudar|mudancas|modificar|modificacoes|mexer}, nao
    {altere|mude|mexa|modifique|alterar|mudar}, mais nada, nada mais, exatamente, {mesmo|mesma|exato|exata}
    {formato|estrutura|forma|ordem}, mantendo, mantenha*, manter, inalterad*, conversao, traduz*, reescrev*, re
    escrev*, transcrev*, corrij*, corrig*, correcao, revis* {o|este|a|meu|minha|ortog*|texto}, revisao, pontuacao,
    virgula*, aspas, parenteses, colchete*, maiuscula*, alinh*, ordene*, renome*,
    {liste*|listar|enumere*|extraia*|extrair|de me|cite*|resum*|encontre*|mostre*} {me|} {todos|todas|cada|todo} {_},
    {devolv*|retorn*} ... {json|objeto|arquivo|texto|lista|documento|alterac*}, {arquivo|texto|documento}
    {completo|inteiro}, ^repit*, ^apag*, ^adicion*, ^acrescent*, ^insir*, ^atualiz*, ^mescl*, ^encurt*, ^melhor*,
    ^invert*, ^filtr*, ^preench*, ^deix*, ^destaq*, ^imprim*, ^coloq*, ^otimiz*, em java, em javascript, ^copie,
    ^copia{|r}, ^cite, ^citar, ^modifique, ^modifica{|r}, ^altere, ^altera{|r}, ^mude, ^muda{|r}, ^substitua,
    ^substitui{|r}, ^remova, ^exclua, ^excluir, ^deleta{|r}, ^simplifique, ^simplifica{|r}, ^edite, ^edita{|r},
    ^completa{|r}, em {ingles|portugues|espanhol|frances|alemao|italiano|russo|chines|japones|arabe}, para {o|}
    {ingles|portugues|espanhol|frances|alemao|italiano|russo|chines|japones|arabe}, ^passe, ^passa*, ^ponha, ^coloca*,
    ^torn*, ^fac* ... {tabela|lista|formal}, em {lista|topicos|tabela|ordem}, lista {numerada|com marcadores}, mais
    {formal|curto|legivel|claro|conciso}, frase por frase, {verifiqu*|revis*} ...
    {erros|ortografia|gramatica|sintaxe|codigo}, erros no, {conte|contar|conta|quantas|quantos} ... {palavras|frases|
    paragrafos|letras|virgulas|chaves|campos|digitos}, ^troque*, ^troca*, em negrito, em italico,
    {primeira|ultima|segunda|terceira|primeiro|ultimo} {palavra|frase|paragrafo|digito} {do|da|de}
    """,
    whole="""
    sintes*, visao geral, pontos {chave|principais|importantes}, ideia{s|} {principal|principais|chave}, quantos,
    quantas, conte, soma, porcentagem, percentagem, proporcao, diferenca*, em comum, contradi*, ^enumer*, do que
    trata, do que se trata, sobre o que, ^analis*, ^avali*, ^descrev*, ^redij*, ^escrev*, ^expliq*, palavras chave,
    com que frequencia, traduz*, corrij*, reescrev*, palavra por palavra, formata*, ^liste, ^lista{|r}, ^extraia,
    ^extrair, ^cite, ^citar, classifi{que|car|ca}, {todos|todas} {os|as}, {o|a} {texto|artigo|documento}
    {inteiro|completo}, cada {documento|passagem|paragrafo|secao|artigo|pessoa}, o tom, media de, a media, temas, tema
    principal
    """,
    values="""
    linha{s|} {de {onibus|metro|trem|comboio|produto*|credito|chegada|montagem|producao|autocarro|roupa*}|aerea*|
    telefonica*|1|2|3|azul|vermelha|amarela|verde}, em linha, codigo{s|} {postal|postais|de {desconto|barras|produto|
    erro|reserva|area|pais|conduta|acesso|rastreio|rastreamento|cliente|verificacao|seguranca|vestimenta|defesa}|do
    {pedido|produto|cliente|pais|aeroporto|voo}|da {encomenda|loja}|promocional|promocionais|qr|civil|penal|pin|wifi},
    {ponto|palavra|figura|fator|jogador|momento|pessoa|papel|elemento|data}{s|es|} chave, chave{s|} {do
    {carro|sucesso|quarto|apartamento|cofre}|da {casa|porta|vitoria}|pix|para o}, palavras chave, campo{s|} {de
    {futebol|batalha|golfe|trigo|estudo|pesquisa|petroleo}|magnetico*}, {em|no} campo, espaco {aereo|publico|verde|de
    {trabalho|armazenamento}|publicitario}, {ao|no} espaco, estrutura {da {empresa|organizacao}|do
    {edificio|predio|grupo}|salarial}, {quando|onde|o que|quanto} exatamente, {valido|valida} {ate|por|para|a
    partir|em}, {e|esta|continua} {valido|valida}, objetos {perdidos|de valor|roubados}, {no|neste|segundo o|do|usando
    o|com o} {json|csv|xml} {abaixo|acima|seguinte|}, letra{s|} da musica, formato {do|da}
    {torneio|competicao|conferencia|evento}, {quem|foi} traduzi*, taxa de conversao, string quartet, {respond*}
    {me|sempre|apenas|} em {ingles|portugues|espanhol|frances}, campo {ela|ele|} {trabalha*|atua}
    """,
    leads="""
    por favor, favor, e, depois, entao, voce pode, voce poderia, pode, poderia, podes, agora, tambem, deve, me, para,
    quero que, preciso que
    """,
)
