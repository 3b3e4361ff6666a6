"""Texts in many scripts, and texts made to be awkward."""

from __future__ import annotations

import random

SCRIPTS = {
    "latin": "The Müllers' e-mails: naïve cafés, coöperation, don't, snake_case, camelCase v1.2.3",
    "german": "Straße, Fußgängerübergänge, ÄÖÜ, Donaudampfschifffahrtsgesellschaft, daß",
    "turkish": "İstanbul'da ışık, IĞDIR, diyarbakır",
    "polish": "Zażółć gęślą jaźń; ŁÓDŹ",
    "vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng",
    "icelandic": "Kæmi ný öxi hér ykist þjófum nú bæði víl og ádrepa",
    "hausa": "ƴan ɗaki ƙasa ɓera",
    "greek": "Ὅλοι οἱ ἄνθρωποι γεννιοῦνται ἐλεύθεροι· ΟΔΥΣΣΕΥΣ, ὁδός",
    "cyrillic": "Ёлка, ещё, подъе́зд, Київ, їжак, ўсе, Москва́ 1812-го года",
    "armenian": "Բոլոր մարդիկ ծնվում են ազատ ու հավասար և",
    "georgian": "ყველა ადამიანი იბადება თავისუფალი, ᲧᲕᲔᲚᲐ",
    "hebrew": "כל בני האדם נולדו בני חורין, שָׁלוֹם, ירושלים",
    "arabic": "يولد جميع الناس أحرارًا، إسلام، آية، الكـــتاب، ١٢٣",
    "persian": "همهٔ افراد بشر آزاد به دنیا می‌آیند",
    "syriac": "ܟܠ ܒܪܢܫܐ ܒܪܝܠܗ ܚܐܪܐ",
    "devanagari": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता है। क़",
    "bengali": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা নিয়ে জন্মগ্রহণ করে।",
    "tamil": "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்",
    "malayalam": "മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും ജനിച്ചിട്ടുള്ളവരാണ്",
    "telugu": "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును",
    "sinhala": "සියලු මනුෂ්‍යයෝ නිදහස්ව උපත ලබා ඇත",
    "thai": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน ๑๒๓",
    "lao": "ມະນຸດທຸກຄົນເກີດມາມີສິດເສລີພາບ",
    "khmer": "មនុស្សទាំងអស់កើតមកមានសេរីភាព",
    "myanmar": "လူတိုင်းသည် တူညီလွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့်",
    "tibetan": "འགྲོ་བ་མིའི་རིགས་རྒྱུད་ཡོངས་ལ་སྐྱེས་ཙམ་ཉིད་ནས",
    "ethiopic": "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩል የሆነ ነው።",
    "cherokee": "ᏂᎦᏓ ᎠᏂᏴᏫ ᏂᎨᎫᏓᎸᎾ, ꮒꭶꮣ",
    "mongolian": "Хүн бүр төрж мэндлэхэд, ᠬᠦᠮᠦᠨ ᠪᠦᠷ",
    "chinese": "人人生而自由,在尊严和权利上一律平等。東京大學2024年",
    "japanese": "すべての人間は、生れながらにして自由であり、ﾊﾟｿｺﾝ、バイオリン、がぎぐ",
    "korean": "모든 인간은 태어날 때부터 자유로우며, 한국어 3개",
    "supplementary": "𠮷野家 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛 𐐀𐐨 😀👩‍👩‍👧",
    "decomposed": "Cafe\u0301 A\u030angstro\u0308m \u1112\u1161\u11ab\u1100\u1173 か\u3099",
    "compatibility": "ﬁancé ＡＢＣ１２３ ① ℌ ㎏ ½ x² ™ ﷺ Ⅷ ㍿",
    "ignorable": "soft\u00adhyphen zero\u200bwidth non\u200cjoin word\u2060join \ufeffbom a\u034fb",
    "joints": "state-of-the-art U.S.A. 3.14 1,000,000 10.0.0.1 C++ C# F# O'Brien’s l’été a_b__c",
    "code": "getHTTPResponseCode() XMLHttpRequest numpy.linalg.norm parse2 IDs 0xDEADBEEF i++",
    "marks_alone": "\u0301\u0301 a\u0301\u0302\u0303 \u20e3 1\ufe0f\u20e3 \u093e",
    "breaks": "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u00a0h\u3000i\tj\r\nk",
    "long": "x" * 500 + " " + "ab" * 300 + " " + "あ" * 90,
    "empty": "",
}

WORDS = (
    *("gold", "mine", "river", "bank", "search", "engine", "passage", "vector", "index", "query"),
    *("Müller", "café", "naïve", "don't", "e-mail", "running", "ran", "generalization", "studies"),
    *("北京", "東京大学", "カタカナ", "한국어", "Москва", "ёлка", "ὁδός", "كتاب", "שלום", "हिन्दी"),
    *("snake_case", "camelCase", "v2.0", "3.14", "C++", "U.S.A.", "the", "of", "and", "a", "to"),
)


def documents(count: int, seed: int = 11) -> list[tuple[str, str, str]]:
    """Title, heading and body of made-up documents, from few words so that scores often tie."""
    chosen = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    shuffled = chosen.sample(WORDS, len(WORDS))

    def text(most: int) -> str:
        return " ".join(chosen.choices(shuffled, weights, k=chosen.randint(0, most)))

    return [(text(4), text(3), text(60)) for _ in range(count)]


def queries(count: int, seed: int = 5) -> list[str]:
    """Lines a person might type: one to five words, the last one sometimes unfinished."""
    chosen = random.Random(seed)
    lines = [" ".join(chosen.choices(WORDS, k=chosen.randint(1, 5))) for _ in range(count)]
    return [line[:-1] if chosen.random() < 0.3 else line for line in lines]
