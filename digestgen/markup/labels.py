"""The few words that an article's body needs besides its own: names for footnotes, tables and boxes.

They are read aloud by screen readers, so they follow the article's language, not the site's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """Words of one language. `back` holds `{}` for the number of the footnote."""

    footnotes: str
    back: str
    contents: str
    table: str
    done: str
    undone: str


_LABELS = {
    "ar": Labels("الحواشي", "العودة إلى النص، الحاشية {}", "المحتويات", "جدول", "منجز", "غير منجز"),
    "de": Labels("Fußnoten", "Zurück zum Text, Fußnote {}", "Inhalt", "Tabelle", "erledigt", "offen"),
    "en": Labels("Footnotes", "Back to the text, footnote {}", "Contents", "Table", "done", "to do"),
    "es": Labels("Notas", "Volver al texto, nota {}", "Contenido", "Tabla", "hecho", "pendiente"),
    "fa": Labels("پانویس‌ها", "بازگشت به متن، پانویس {}", "فهرست", "جدول", "انجام‌شده", "انجام‌نشده"),
    "fr": Labels("Notes", "Retour au texte, note {}", "Sommaire", "Tableau", "fait", "à faire"),
    "he": Labels("הערות שוליים", "חזרה לטקסט, הערה {}", "תוכן העניינים", "טבלה", "בוצע", "לביצוע"),
    "it": Labels("Note", "Torna al testo, nota {}", "Indice", "Tabella", "fatto", "da fare"),
    "ja": Labels("脚注", "本文に戻る、脚注{}", "目次", "表", "完了", "未完了"),
    "nl": Labels("Voetnoten", "Terug naar de tekst, voetnoot {}", "Inhoud", "Tabel", "klaar", "te doen"),
    "pl": Labels("Przypisy", "Powrót do tekstu, przypis {}", "Spis treści", "Tabela", "zrobione", "do zrobienia"),
    "pt": Labels("Notas", "Voltar ao texto, nota {}", "Conteúdo", "Tabela", "feito", "por fazer"),
    "ru": Labels("Сноски", "Вернуться к тексту, сноска {}", "Содержание", "Таблица", "сделано", "не сделано"),
    "tr": Labels("Dipnotlar", "Metne dön, dipnot {}", "İçindekiler", "Tablo", "yapıldı", "yapılacak"),
    "uk": Labels("Виноски", "Повернутися до тексту, виноска {}", "Зміст", "Таблиця", "зроблено", "не зроблено"),
    "zh": Labels("脚注", "返回正文，脚注 {}", "目录", "表格", "已完成", "未完成"),
}


def labels(lang: str) -> Labels:
    """Return the words for the BCP 47 tag `lang`: by its primary subtag, English where we know no better."""
    return _LABELS.get(lang.partition("-")[0].lower(), _LABELS["en"])
