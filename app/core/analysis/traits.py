"""Traits of languages besides their words: scripts, letters, endings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache

_SCRIPTS = """
0 latin  370 el  400 cyrillic  530 hy  590 hebrew  600 arabic  700 other  750 arabic  780 other
8a0 arabic  900 devanagari  980 bn  a00 pa  a80 gu  b00 or  b80 ta  c00 te  c80 kn  d00 ml  d80 si
e00 th  e80 lo  f00 bo  1000 my  10a0 ka  1100 ko  1200 am  1380 other  1780 km  1800 other
1c80 cyrillic  1c90 ka  1cc0 other  1d00 latin  1f00 el  2000 latin  2de0 cyrillic  2e00 other
3005 han  3040 kana  3100 other  3130 ko  3190 other  31f0 kana  3200 other  3400 han  4dc0 other
4e00 han  a000 other  a640 cyrillic  a6a0 other  a720 latin  a800 other  a960 ko  a980 other
ab30 latin  ab70 other  ac00 ko  d7fc other  f900 han  fb00 latin  fb1d hebrew  fb50 arabic
fe00 other  fe70 arabic  ff00 latin  ff66 kana  ffa0 ko  ffe0 other  20000 han  32400 other
"""

_LETTERS = """
de äöüß
fr àâæçéèêëîïôœùûü
es áéíñóúü
it àèéìòù
pt àáâãçéêíóôõú
nl éëïö
sv åäöé
da æøå
no æøåé
fi äö
hu áéíóöőúüű
pl ąćęłńóśźż
cs áčďéěíňóřšťúůýž
sk áäčďéíĺľňóôŕšťúýž
sl čšž
hr čćđšž
lt ąčęėįšųūž
lv āčēģīķļņšūž
et äõöüšž
ro ăâîșțşţ
ca àçéèíïóòúü
gl áéíñóú
eu ñ
ga áéíóú
cy âêîôûŵŷ
eo ĉĝĥĵŝŭ
tr çğıöşü
is áðéíóúýþæö
sq çë
af êëéè
vi àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ
ru абвгдеёжзийклмнопрстуфхцчшщъыьэюя
uk абвгґдеєжзиіїйклмнопрстуфхцчшщьюя
be абвгдеёжзійклмнопрстуўфхцчшыьэюя
bg абвгдежзийклмнопрстуфхцчшщъьюя
mk абвгдѓежзѕијклљмнњопрстќуфхцчџш
sr абвгдђежзијклљмнњопрстћуфхцчџш
ar ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي
fa ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنهوپچژگکی
ur ءآأؤئابتثجحخدذرزسشصضطظعغفقلمنهوپچژگکیٹڈڑںھہۂۃے
"""

_ENDINGS = """
es ión ado ada ida ido ndo nte dad tos tas res aba ron rse cia mos ble nes iva ivo rio ero lla
  llo
pt ção ões ado ada ida ido ndo nte ade tos tas res ava ram rse cia mos vel ais eis iva ivo rio
  iro lha nho nha
gl ión óns ado ada ida ido ndo nte ade tos tas res aba ron rse cia mos bel ais eis iva ivo rio
  iro llo lla
it one oni ità ato ata ati are ere ire ndo nte nti zza gli nto ssa olo ale ali tto ica ico rio
  oro ore ori
fr ion ent ait ant eur eux ées ité que age ire ais tés ons lle nce oir ère ine eau urs née rer
  ter
ca ció ons tat ats ada ava ent nts ges ixí dor cia ues nys ble ors eix itz ari
ro rea ție lui lor ții ele ile ate ată iei ând ția ște ări tul rul eze rii uri esc
en ing ion ted ies ess ely ers ity ght ous ble her ved ned red ses nts lly ded
de ung gen ten ter hen ich cht eit ern che ßen tät tet lle ste nde ers gte ßer rte
nl ing gen ten den ijk eid aat ren len oor cht tie ken sen ers uur erd eld pen
af ing eid ies oor lik erk aal eer
sv ing het lig iga nde ade rna tet nen tar ter ast ska ion ens ats rad llt rar
da ing hed lig ige nde ede rne tet ers ger ter lse ion get ret kke nes
no ing het lig ige nde ene tet ers ter lse jon ket ert kke nes
is inn num gar nar irr ður sta aði uðu ína nni ann rar ega
fi een iin ään ssa ssä sta stä lla llä lle lta ltä ksi nen set tta ttä sti jen oon ija aan dän
et ine use sed iga iks kse ade est ast tud vad nud mis ist ele ata ami
hu ben ban nek nak ség ság tás tés ott ett val vel hoz hez ról ről ból ből tól től kat ket ják
  ása ése lás lés
pl nie ego ach ych ami owa owy ści cją cji emu ich ość ony iem dzi nia ają ono rzy sza ymi
cs ení ání ého ých ost sti ými ách ový ova uje ech ami ním ící ují ena ano čky nou lně
sk nie nia ého ých osť sti ými ách ový ova uje och ami ním ajú ujú ená ané čky nou lne
sl nje nja ega jih ost sti imi vah eno anj nem čno ajo ijo iti ati oči
hr nje nja nog jih ost sti ima ama ena nom čno aju iju iti ati ski ske ije iva
lt mas mai mui imo ius ais uos oje inė tas iai ija jos ams čių nis tis inį
lv ana iem ija jas īgs īga ība ību tas ies ēja āja ums šas uma iet
eu ren tik eta zen tza ean tan ako iak tua zea ari
ga ann adh igh ear ach inn irt ire cht ibh
cy odd iad eth ion wyd dau ydd aid
eo ojn ajn nta ita ata igi iĝi ado aĵo eco toj roj noj taj naj ono
tr lar ler ını ini nda nde dan den rak rek mak mek yor dır dir mış miş ası esi lık lik ına ine
id kan nya gan han tan ran lah kat
sq min ave het imi ojë shm eve uar isë
ru ого его ему ить ать ный ная ное ные ных ния ние ией ает тся лся ось тво ами иях ыми сть ции
uk ого ння ття ити ати ний ної них сть ить ься вся ами ями ції цій ють ань
be ага аць іць нне цца ння ных ымі амі сць вае
bg ите ата ето ият ние ния ски ост ане ява ена ени щия нът рът ция ано
mk ите ата ето иот ува ење ања ски ост ено ени вме
sr ања ење них ког ост ити ати ама има ова ући ала ило ије ија
ne हरू लाई ेको ुस् र्छ एको न्छ दैन
mr ्या तील ाचे ाची ाचा ंना ांच ेले
"""

SHARED_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "cyrillic": ("ru", "uk", "be", "bg", "mk", "sr"),
    "arabic": ("ar", "fa", "ur"),
    "hebrew": ("he", "yi"),
    "devanagari": ("hi", "ne", "mr"),
    "han": ("zh", "ja"),
    "kana": ("ja",),
}
"""Languages that are told apart within one script; every other script but Latin has its code."""

_OWN_SCRIPTS = "am bn bo el gu hy ka km kn ko lo ml my or pa si ta te th"
OTHER_SCRIPTS = frozenset(_OWN_SCRIPTS.split()).union(*SHARED_SCRIPTS.values())
"""Languages that are not written in Latin letters."""

MARKED_SCRIPTS = ("latin", "cyrillic", "arabic")
"""Scripts of which languages use different letters."""


def script_of(character: str) -> str:
    """The script of a letter: "latin", one of `SHARED_SCRIPTS`, a language code, or "other".

    >>> [script_of(letter) for letter in "aéж漢かไ"]
    ['latin', 'latin', 'cyrillic', 'han', 'kana', 'th']
    """
    starts, names = _scripts()
    return names[bisect_right(starts, ord(character)) - 1]


@cache
def letters() -> Mapping[str, frozenset[str]]:
    """The languages of each letter beyond ASCII that some are told by."""
    return _by_member({code: "".join(rest) for code, *rest in map(str.split, _rows(_LETTERS))})


@cache
def endings() -> Mapping[str, frozenset[str]]:
    """The languages of typical endings, all of three characters."""
    return _by_member({code: rest for code, *rest in map(str.split, _rows(_ENDINGS))})


def _by_member(members: Mapping[str, str | list[str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for code, parts in members.items():
        for part in parts:
            found.setdefault(part, set()).add(code)
    return {part: frozenset(codes) for part, codes in found.items()}


def _rows(table: str) -> list[str]:
    """Rows of a table; a line that starts with a space continues the one before."""
    return table.strip().replace("\n ", " ").split("\n")


@cache
def _scripts() -> tuple[list[int], list[str]]:
    parts = _SCRIPTS.split()
    return [int(start, 16) for start in parts[::2]], parts[1::2]
