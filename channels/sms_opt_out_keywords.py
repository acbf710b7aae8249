"""The words that, alone in a message, mean stop, start or help: what providers and carriers obey, then plain words.

Sources of the first group: Twilio (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out), AWS
(https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html, with TD for China and ARRET for Canada;
https://docs.aws.amazon.com/end-user-messaging/latest/userguide/nx-rcs-launch-ca-french.md for AIDE), Telnyx
(https://developers.telnyx.com/docs/messaging/messages/advanced-opt-in-out) for STOP ALL, and Huawei Cloud
(https://support.huaweicloud.com/msgsms_faq/sms_faq_0110.html) for R. The others are what speakers of a language would write
instead: a reminder names no keyword, so people choose their own.

YES is no START here, though some providers take it for one: it answers a question about a bill more often.
"""

from typing import Final, Literal

Keyword = Literal["stop", "start", "help", "perhaps_stop"]

STOP: Final[dict[str, tuple[str, ...]]] = {
    "en": ("stop", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "remove", "unsub"),
    "es": ("baja", "alto", "parar", "pare", "basta", "detener", "desuscribir"),
    "de": ("stopp", "stoppen", "abmelden", "abbestellen", "austragen", "aufhören", "beenden", "abbruch"),
    "fr": (
        "arret",
        "arrêt",
        "arrête",
        "arrêter",
        "arrêtez",
        "désabonner",
        "désinscription",
        "désinscrire",
        "désabonnement",
        "fin",
    ),
    "it": ("basta", "annulla", "disiscrivi", "cancellami", "ferma", "disiscrizione", "interrompi", "fermati"),
    "pt": ("parar", "pare", "sair", "descadastrar", "remover", "chega", "desinscrever"),
    "nl": ("stoppen", "afmelden", "uitschrijven", "ophouden", "beëindigen"),
    "sv": ("stopp", "stoppa", "avsluta", "avregistrera", "sluta"),
    "da": ("stop", "afmeld", "frameld", "afslut"),
    "no": ("stopp", "avmeld", "avslutt", "meld av"),
    "fi": ("lopeta", "peru", "seis", "poista", "lopettakaa"),
    "pl": ("koniec", "wypisz", "rezygnuję", "anuluj", "przestań", "stopuj"),
    "cs": ("stop", "odhlásit", "konec", "zrušit", "přestaňte"),
    "hu": ("leiratkozás", "leiratkozom", "állj", "elég"),
    "ro": ("stop", "dezabonare", "oprire", "anulare"),
    "el": ("στοπ", "διακοπή", "σταμάτα", "διαγραφή", "τέλος"),
    "tr": ("dur", "iptal", "ret", "çık", "durdur"),
    "ru": ("стоп", "отписаться", "отписка", "отмена", "хватит", "отпишите", "прекратите"),
    "uk": ("стоп", "відписатися", "відписка", "досить", "припиніть"),
    "ar": ("توقف", "إيقاف", "الغاء", "إلغاء", "إلغاء الاشتراك", "قف"),
    "he": ("עצור", "הסר", "הסרה", "תפסיקו", "די"),
    "hi": ("रोकें", "बंद करें", "बंद करो", "रुको"),
    "zh": (
        "td",
        "退订",
        "退訂",
        "停",
        "停止",
        "取消订阅",
        "取消訂閱",
        "拒收",
        "取消接收",
        "停止发送",
        "停止發送",
        "停发",
        "回td退订",
    ),
    "ja": ("停止", "配信停止", "解除", "退会", "やめて", "ストップ", "中止", "配信解除", "拒否"),
    "ko": ("중지", "수신거부", "정지", "그만", "스톱"),
    "vi": ("dừng", "huỷ", "hủy", "ngừng", "từ chối"),
    "id": ("berhenti", "batal", "keluar", "stop"),
    "th": ("หยุด", "ยกเลิก"),
}
"""By language; a message that says one of them, and nothing else, ends all texts to its number."""

START: Final[dict[str, tuple[str, ...]]] = {
    "en": ("start", "unstop", "subscribe", "resubscribe", "opt in", "resume"),
    "es": ("alta", "empezar", "comenzar", "iniciar", "reanudar"),
    "de": ("starten", "anmelden", "fortsetzen"),
    "fr": ("commencer", "démarrer", "reprendre", "réabonner"),
    "it": ("inizia", "avvia", "riprendi", "iscrivimi"),
    "pt": ("começar", "iniciar", "retomar"),
    "nl": ("starten", "aanmelden", "hervatten"),
    "sv": ("starta",),
    "pl": ("wznów",),
    "ru": ("старт", "начать", "подписаться", "возобновить"),
    "zh": ("订阅", "訂閱", "开始", "開始", "恢复", "恢復", "重新订阅", "恢复接收"),
    "ja": ("再開", "開始", "スタート", "配信再開"),
    "ko": ("시작", "수신동의", "재개"),
    "tr": ("başlat",),
    "ar": ("ابدأ", "اشتراك"),
}

HELP: Final[dict[str, tuple[str, ...]]] = {
    "en": ("help", "info", "help me", "information"),
    "es": ("ayuda", "información", "ayudame"),
    "de": ("hilfe", "informationen"),
    "fr": ("aide", "aidez moi"),
    "it": ("aiuto", "informazioni"),
    "pt": ("ajuda", "informação"),
    "nl": ("hulp", "help", "informatie"),
    "sv": ("hjälp",),
    "da": ("hjælp",),
    "fi": ("apua", "ohje"),
    "pl": ("pomoc",),
    "cs": ("pomoc", "nápověda"),
    "ru": ("помощь", "справка", "помогите"),
    "uk": ("допомога",),
    "tr": ("yardım", "bilgi"),
    "ar": ("مساعدة",),
    "he": ("עזרה",),
    "zh": ("帮助", "幫助", "求助", "说明", "說明"),
    "ja": ("ヘルプ", "助けて", "お問い合わせ"),
    "ko": ("도움말", "도움", "문의"),
}

PERHAPS: Final[tuple[str, ...]] = (
    *("r", "t", "n", "qx"),
    *(
        "cancelar",
        "anular",
        "kündigen",
        "kündigung",
        "résilier",
        "解约",
        "解約",
        "해지",
        "stop it",
        "no more",
        "no más",
    ),
    *("sotp", "stpo", "stop2end", "unsuscribe", "unsubcribe", "unsubscibe", "unsubscribed"),
    *("🛑", "✋", "⛔", "🚫", "🖕"),
)
"""Letters that Chinese texts name for opting out, and a slip of the thumb elsewhere; words that also end a contract, or pay
a bill (`cancelar` in America); keywords as thumbs write them; signs without words."""

COURTESY: Final = (
    "please pls plz kindly just now already immediately asap thanks thank you thx ty ok okay sir madam hi hello it this all "
    "por favor porfavor gracias ya hola bitte danke jetzt sofort hallo svp stp s il vous plait merci bonjour per favore "
    "grazie obrigado obrigada alsjeblieft aub tack tak prosze dziekuje пожалуиста спасибо 请 請 谢谢 謝謝"
)
"""What people put before and after a keyword; it makes the keyword a sentence, and the sentence a matter for a person."""
